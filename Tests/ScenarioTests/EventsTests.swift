import Foundation
import RealParts
import Testing

/// `--output json` of real runs, judged by the published schema and a validator that nobody here wrote.
@Suite(
  "Events by the schema", .serialized, .enabled(if: Stage.canRun, Stage.condition),
  .enabled(if: SchemaJudge.python != nil, "no Python with jsonschema: name one in WANZAMI_PYTHON"))
struct EventsTests {
  @Test("runs that pass, find nothing to do, fail, go back and are refused print documented events only")
  func everyEnd() async throws {
    try await Stage.with(fleet: "versions: { '3': { status: 500 } }") { stage in
      let judge = try SchemaJudge()
      let first = try stage.commit("B")
      try await judge.holds(stage.run("release", first, "--output", "json", "--verbose"), result: "released", exit: 0)
      try await judge.holds(stage.run("release", first, "--output", "json"), result: "already-live", exit: 0)
      let broken = try stage.commit("C")
      let bad = try await stage.run("release", broken, "--output", "json")
      try judge.holds(bad, result: "rolled-back", exit: 5)
      #expect(judge.events.isSuperset(of: ["verdict.failed", "evidence", "rollback.started", "stage.started"]))
      try await judge.holds(stage.run("rollback", "--output", "json"), result: "landed", exit: 0)
      try await judge.holds(stage.run("resume", "--output", "json"), result: "nothing-to-do", exit: 0)
      try await judge.holds(stage.run("rollback", "--to", "3", "--output", "json"), result: "refused", exit: 3)
      try await judge.holds(
        stage.run("release", "no-such-commit", "--output", "json"), result: "failed", exit: 1)
      for command in ["status", "history"] {
        let finished = try await stage.run(command, "--output", "json")
        #expect(finished.status == 0)
        try judge.holds(finished.output)
      }
      #expect(judge.events.isSuperset(of: ["status", "status.instance", "history.release"]))
    }
  }

  @Test("a run that is interrupted, and one that another holds, do so too")
  func held() async throws {
    try await Stage.with(rollout: "bake: 20s") { stage in
      let judge = try SchemaJudge()
      let release = try stage.start("release", try stage.commit("B"), "--output", "json")
      try await release.says("refresh.started")
      let other = try stage.commit("C")
      try await judge.holds(stage.run("release", other, "--output", "json"), result: "held", exit: 4)
      release.signal(SIGINT)
      try await judge.holds(release.end(), result: "interrupted", exit: 7)
    }
  }

  @Test("the judge finds an event that is not documented, a member too many, one that is missing, and a wrong type")
  func bites() throws {
    let judge = try SchemaJudge()
    let good = #"{"time":"2026-11-23T17:42:07.250Z","event":"warning","level":"warning","sentence":"x"}"#
    #expect(try judge.findings(in: good) == [])
    for bad in [
      good.replacing("\"warning\",\"level\"", with: "\"warnings\",\"level\""),
      good.replacing("\"sentence\"", with: "\"more\":1,\"sentence\""), good.replacing(",\"sentence\":\"x\"", with: ""),
      good.replacing("\"x\"", with: "1"),
    ] { #expect(try judge.findings(in: bad).count == 1, "\(bad)") }
  }
}

/// The schema of the repository and Python's jsonschema.
final class SchemaJudge {
  static let python = currentEnvironment()["WANZAMI_PYTHON"].flatMap { python in
    (try? Command.run([python, "-c", "import jsonschema"]))?.status == 0 ? python : nil
  }

  private let folder: TemporaryFolder
  private let script: String
  /// The events that were seen so far.
  private(set) var events: Set<String> = []

  init() throws {
    folder = try TemporaryFolder("schema")
    script = try folder.write("judge.py", SchemaJudge.source)
  }

  /// A run ended so, and each line that it printed is as the schema has it.
  func holds(
    _ finished: Program.Finished, result: String, exit: Int32, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(finished.status == exit, "\(finished.everything)", sourceLocation: sourceLocation)
    try holds(finished.output, sourceLocation: sourceLocation)
    let last = try jsonObject(try #require(finished.output.split(separator: "\n").last))
    #expect(last["event"] as? String == "run.ended", sourceLocation: sourceLocation)
    #expect(last["result"] as? String == result, "\(finished.output)", sourceLocation: sourceLocation)
  }

  func holds(_ output: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(try findings(in: output) == [], "\(output)", sourceLocation: sourceLocation)
    for line in output.split(separator: "\n") { events.insert(try jsonObject(line)["event"] as? String ?? "") }
  }

  /// What is wrong with the lines, a sentence each.
  func findings(in lines: String) throws -> [String] {
    let input = try folder.write("events.jsonl", lines)
    let schema = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/events.schema.json")
    let python = try #require(SchemaJudge.python)
    let output = try Command.check([python, script, schema.path(), input])
    return output.text.split(separator: "\n").map(String.init)
  }

  private static let source = """
    import json, sys, jsonschema
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft202012Validator.check_schema(schema)
    known = {each["properties"]["event"]["const"]: each for each in schema["oneOf"]}
    whole = jsonschema.Draft202012Validator(schema)
    for line in open(sys.argv[2]):
        event = json.loads(line)
        if whole.is_valid(event):
            continue
        one = known.get(event.get("event"))
        if one is None:
            print("not documented:", line.strip())
            continue
        single = jsonschema.Draft202012Validator({**one, "$defs": schema["$defs"]})
        print("; ".join(e.message for e in single.iter_errors(event)).replace("\\n", " "), "in", line.strip())
    """
}

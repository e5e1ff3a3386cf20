import Foundation
import RealParts
import Testing
import Yams

@testable import WanzamiDeploy

/// The ready-made CI jobs of `pipelines/`: by the judges that others wrote, and by our own parser.
@Suite("CI jobs")
struct ContinuousIntegrationTests {
  private static let schemas = [
    "pipelines/github-actions.yml": "github-workflows", "pipelines/gitlab-ci.yml": "gitlab-ci",
  ]

  private static let python = currentEnvironment()["WANZAMI_PYTHON"].flatMap { python in
    (try? Command.run([python, "-c", "import check_jsonschema"]))?.status == 0 ? python : nil
  }

  /// Waited for without a thread of those that all tests share.
  private func judge(_ file: String, _ schema: String) async throws -> Program.Finished {
    try await Program.run(
      [
        try #require(Self.python), "-m", "check_jsonschema", "--builtin-schema", "vendor.\(schema)", "--no-cache", file,
      ], environment: currentEnvironment())
  }

  @Test(
    "the vendor's schema accepts each file, and not one with a word misspelt",
    .enabled(if: python != nil, "no check-jsonschema: name a Python with it in WANZAMI_PYTHON"),
    arguments: schemas.keys.sorted())
  func schema(file: String) async throws {
    let schema = try #require(Self.schemas[file])
    let judged = try await judge(CommandLines.root + file, schema)
    #expect(judged.status == 0, "\(judged.everything)")
    let folder = try TemporaryFolder("ci")
    let text = try CommandLines.text(file)
    for (right, wrong) in [("    runs-on:", "    run-on:"), ("  interruptible: false", "  interruptible: never")]
    where text.contains(right) {
      let broken = try await judge(try folder.write("broken.yml", text.replacing(right, with: wrong)), schema)
      #expect(broken.status == 1, "\(broken.everything)")
    }
  }

  @Test(
    "shellcheck finds nothing in what their shells run", .enabled(if: Command.exists("shellcheck"), "no shellcheck"))
  func shell() async throws {
    let folder = try TemporaryFolder("ci")
    var texts = ["ci.sh": try CommandLines.text("pipelines/ci.sh")]
    for file in Self.schemas.keys {
      for (index, script) in try CIFile(file).scripts.enumerated() {
        texts["\(file.split(separator: "/").last ?? "")-\(index)"] = script
      }
    }
    #expect(texts.count == 8)
    let files = try texts.map { name, text in try folder.write(name, text) }
    let command = ["shellcheck", "--shell", "bash"]
    let checked = try await Program.run(command + files.sorted(), environment: currentEnvironment())
    #expect(checked.status == 0, "\(checked.everything)")
    let wrong = try await Program.run(
      command + [try folder.write("wrong", "exit $1\n")], environment: currentEnvironment())
    #expect(wrong.output.contains("SC2086"))
  }

  @Test("the program has each command that they call")
  func commands() throws {
    var calls = CommandLines.calls(shell: try CommandLines.text("pipelines/ci.sh"))
    for file in Self.schemas.keys.sorted() {
      calls += try CIFile(file).scripts.flatMap { CommandLines.calls(shell: $0) }
    }
    #expect(calls.map { $0.first } == ["resume", "release", "resume", "release", "rollback", "resume", "release"])
    for call in calls { #expect(CommandLines.problem(call) == nil, "\(call)") }
  }

  @Test("GitHub: the job's own token, the whole history, one at a time and never cancelled, exec before each command")
  func gitHub() throws {
    let file = try CIFile("pipelines/github-actions.yml")
    #expect(file.value("permissions", "id-token")?.string == "write")
    #expect(file.value("concurrency", "cancel-in-progress")?.bool == false)
    #expect(file.value("concurrency", "group")?.string != nil)
    #expect(file.value("jobs", "release", "steps", "0", "with", "fetch-depth")?.int == 0)
    let commands = file.scripts.filter { $0.contains("wanzami-deploy r") }
    #expect(commands.count == 3)
    for command in commands { #expect(command.hasPrefix("exec wanzami-deploy ")) }
  }

  @Test("GitLab: the job's own token, the whole history, one at a time and never cancelled, exec before the release")
  func gitLab() throws {
    let job = "release wanzami-api"
    let file = try CIFile("pipelines/gitlab-ci.yml")
    #expect(file.value(job, "id_tokens", "AWS_ID_TOKEN", "aud")?.string != nil)
    #expect(file.value(job, "interruptible")?.bool == false)
    #expect(file.value(job, "resource_group")?.string != nil)
    #expect(file.value(job, "variables", "GIT_DEPTH")?.string == "0")
    #expect(file.value(job, "script", "1")?.string?.hasPrefix("exec wanzami-deploy release ") == true)
  }
}

/// What is written about the program: its README, its sources, its scripts.
@Suite("Commands that are written about")
struct WrittenCommandTests {
  @Test("the program has each command of the documents")
  func documents() throws {
    var calls = CommandLines.calls(prose: try CommandLines.text("README.md"))
    #expect(calls.count > 12)
    for folder in ["pipelines", "scripts", "bench"] {
      for name in try FileManager.default.contentsOfDirectory(atPath: CommandLines.root + folder) {
        guard ["yml", "sh", ""].contains(URL(filePath: name).pathExtension), name != "infrastructure.yml" else {
          continue
        }
        calls += CommandLines.calls(prose: try CommandLines.text("\(folder)/\(name)"))
      }
    }
    for call in calls { #expect(CommandLines.problem(call) == nil, "wanzami-deploy \(call.joined(separator: " "))") }
  }

  @Test("the program has each command that it tells its user to run, as it stands in a text of its own")
  func advice() throws {
    let top = CommandLines.root + "Sources"
    let command =
      #/
      "wanzami-deploy\ ([a-z]+(?:\ --[a-z-]+(?:\ (?:[0-9]+|[A-Z]|[A-Z][A-Za-z]+=[^\ "]+))?)*)(?:\ *\#[^"]*)?"
      /#
    var calls: [[String]] = []
    for file in try FileManager.default.subpathsOfDirectory(atPath: top) where file.hasSuffix(".swift") {
      for line in try String(contentsOfFile: "\(top)/\(file)", encoding: .utf8).components(separatedBy: "\n")
      where line.contains("\"wanzami-deploy ") {
        calls += line.replacing(/\\\([^"]*\)/, with: "1").matches(of: command).map { found in
          found.1.split(separator: " ").map { $0 == "N" ? "1" : String($0) }
        }
      }
    }
    #expect(calls.count > 10)
    // One word may be a name in a sentence.
    for call in calls where call.count > 1 {
      #expect(CommandLines.problem(call) == nil, "wanzami-deploy \(call.joined(separator: " "))")
    }
  }

  @Test("a command that does not exist would be found", arguments: ["relaese", "status --chekc", "rollback --to x"])
  func bites(call: String) {
    let lines = CommandLines.calls(prose: "    wanzami-deploy \(call)    does something\n")
    #expect(lines.count == 1)
    #expect(lines.allSatisfy { CommandLines.problem($0) != nil })
  }
}

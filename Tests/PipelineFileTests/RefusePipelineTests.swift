import PipelineFile
import Testing

@Suite("Refusing a pipeline file")
struct RefusePipelineTests {
  @Test("the sentence names file, line, column, key, the value found and what is allowed")
  func sentence() throws {
    let text = """
      # The API.
      service: wanzami-api
      fleet:
        group: wanzami-api

      rollout:
        warmup: "30"
      """
    #expect(
      refusal(text, file: "pipelines/x.yml")
        == #"pipelines/x.yml:7:3: rollout.warmup: "30" is not a duration; write 500ms, 90s, 5m or 1h"#)
  }

  @Test(
    "an unknown key comes with the nearest known one",
    arguments: [
      ("rollout: { warmpu: 1s }", #"2:12: rollout.warmpu: unknown key; did you mean "warmup"?"#),
      (
        "rollout: { minhealthypercent: 1 }",
        #"2:12: rollout.minhealthypercent: unknown key; did you mean "minHealthyPercent"?"#
      ),
      ("rolout: {}", #"2:1: rolout: unknown key; did you mean "rollout"?"#),
      ("warmup: 1s", #"2:1: warmup: unknown key; "warmup" is a key of rollout"#),
      (
        "source: { rollback: manual }", #"2:11: source.rollback: unknown key; "rollback" stands at the top of the file"#
      ),
      ("source: { x: 1 }", "2:11: source.x: unknown key; known here: repository, branch"),
    ])
  func unknownKey(text: String, expected: String) {
    #expect(refusal("fleet: { group: g }\n" + text) == "x.yml:" + expected)
  }

  @Test(
    "a wrong value is shown, with what is allowed",
    arguments: [
      ("service: a b", "service", #""a b" is not a name"#), ("region: Stockholm", "region", #""Stockholm""#),
      ("region: eu-north", "region", "write one as in eu-north-1"),
      ("region: [a]", "region", #""[…]" is not a region"#),
      ("source: { branch: refs/heads/main }", "source.branch", "without refs/heads/"),
      ("source: { branch: a..b }", "source.branch", #""a..b" is not"#),
      ("source: { branch: -x }", "source.branch", #""-x""#), ("source: { branch: a/ }", "source.branch", #""a/""#),
      ("source: { repository: '' }", "source.repository", #""""#),
      ("image: { repository: Wanzami }", "image.repository", #""Wanzami" is not a repository"#),
      ("image: { repository: 'api:latest' }", "image.repository", "without a tag"),
      ("image: { repository: 'r.example:x/api' }", "image.repository", #""r.example:x/api""#),
      ("image: { repository: a//b }", "image.repository", #""a//b""#),
      ("image: { context: ../x }", "image.context", "without .."),
      ("image: { context: /x }", "image.context", #""/x""#),
      ("image: { dockerfile: . }", "image.dockerfile", #"".""#),
      ("image: { platform: arm64 }", "image.platform", "os/architecture as in linux/arm64"),
      ("image: { platform: linux/ARM64 }", "image.platform", #""linux/ARM64""#),
      ("image: { buildArgs: [A] }", "image.buildArgs", #""[…]" is not a mapping"#),
      ("image: { buildArgs: { 1A: x } }", "image.buildArgs", #""1A" is not the name of a build argument"#),
      ("image: { buildArgs: { A: ~ } }", "image.buildArgs.A", "is not a text"),
      ("image: { target: 'a b' }", "image.target", #""a b" is not the name of a build stage"#),
      ("rollout: { minHealthyPercent: 101 }", "rollout.minHealthyPercent", "from 0 to 100"),
      ("rollout: { minHealthyPercent: -1 }", "rollout.minHealthyPercent", #""-1""#),
      ("rollout: { maxHealthyPercent: 99 }", "rollout.maxHealthyPercent", "from 100 to 200"),
      ("rollout: { maxHealthyPercent: 150% }", "rollout.maxHealthyPercent", #""150%""#),
      ("rollout: { warmup: 30 }", "rollout.warmup", #""30" is not a duration"#),
      ("rollout: { warmup: 1.5m }", "rollout.warmup", #""1.5m""#),
      ("rollout: { warmup: -1s }", "rollout.warmup", #""-1s""#),
      ("rollout: { warmup: 30 s }", "rollout.warmup", #""30 s""#),
      ("rollout: { warmup: 1d }", "rollout.warmup", #""1d""#),
      ("rollout: { warmup: 99999999999999999999s }", "rollout.warmup", "is not a duration"),
      ("rollout: { bake: 49h }", "rollout.bake", "at most 48h"),
      ("rollout: { checkpointDelay: 49h }", "rollout.checkpointDelay", "at most 48h"),
      ("rollout: { poll: 50ms }", "rollout.poll", "from 100ms to 10m"),
      ("rollout: { timeout: 0s }", "rollout.timeout", "more than nothing"),
      ("rollout: { stalledAfter: 0s }", "rollout.stalledAfter", "more than nothing"),
      ("rollout: { unhealthyAfter: soon }", "rollout.unhealthyAfter", #""soon""#),
      ("rollout: { startWithin: {} }", "rollout.startWithin", #""{…}" is not a duration"#),
      ("rollout: { checkpoints: 100 }", "rollout.checkpoints", #""100" is not a list"#),
      ("rollout: { checkpoints: [0, 100] }", "rollout.checkpoints[0]", "from 1 to 100"),
      ("rollout: { checkpoints: [50, 50, 100] }", "rollout.checkpoints", #""50" is not above the one before it"#),
      ("rollout: { checkpoints: [60, 40, 100] }", "rollout.checkpoints", #""40" is not above the one before it"#),
      ("rollout: { checkpoints: [20, 50] }", "rollout.checkpoints", "the last must be 100"),
      ("rollout: { alarms: [a, b, a] }", "rollout.alarms", #""a" stands twice"#),
      ("rollout: { alarms: [1,2,3,4,5,6,7,8,9,10,11] }", "rollout.alarms", "AWS takes at most 10"),
      ("rollout: { alarms: [''] }", "rollout.alarms[0]", "write the alarm's name"),
      ("rollout: { protected: yes }", "rollout.protected", #""yes" is not known here; write ignore or replace"#),
      ("rollback: auto", "rollback", #""auto" is not known here; write automatic or manual"#),
      ("rollout: 5", "rollout", #""5" is not a mapping; its keys are minHealthyPercent"#),
      ("image: [a]", "image", #""[…]" is not a mapping"#),
    ])
  func wrongValue(text: String, key: String, part: String) {
    let refusal = refusal("fleet: { group: g }\n" + text)
    #expect(refusal.hasPrefix("x.yml:2:"), "\(refusal)")
    #expect(refusal.contains(" \(key): "), "\(refusal)")
    #expect(refusal.contains(part), "\(refusal)")
    #expect(!refusal.contains("\n"), "one problem, one line: \(refusal)")
  }

  @Test(
    "the group is required, and its place is named",
    arguments: [
      ("service: api", "1:1: fleet.group: is required"), ("service: api\nfleet:", "2:1: fleet.group: is required"),
      ("service: api\nfleet:\n  group: ~", "3:3: fleet.group: is required"),
      ("service: api\nfleet:\n  group: a:b", #"3:3: fleet.group: "a:b" is not a name"#),
      ("service: api\nfleet: wanzami-api", #"2:1: fleet: "wanzami-api" is not a mapping"#),
    ])
  func group(text: String, expected: String) {
    #expect(refusal(text).hasPrefix("x.yml:\(expected)"), "\(refusal(text))")
  }

  @Test("all problems are told, in the order of their lines")
  func allProblems() {
    let text = """
      rollback: never
      rollout: { poll: 1, warmpu: 2s }
      fleet: { grp: g }
      image: { platform: x, context: /a }
      """
    let places = refusal(text).split(separator: "\n").map { $0.split(separator: " ")[1] }
    #expect(
      places == [
        "rollback:", "rollout.poll:", "rollout.warmpu:", "fleet.group:", "fleet.grp:", "image.platform:",
        "image.context:",
      ])
  }

  @Test(
    "what is no YAML, or not one mapping, is told with its place",
    arguments: [
      ("", "1:1: the file is empty; write at least `fleet: { group: NAME }`"),
      ("# nothing\n", "1:1: the file is empty"), ("---\n", "the file is empty"),
      ("- a\n- b\n", #"1:1: the file "[…]" is not a mapping; its keys are service"#),
      ("hello", #"1:1: the file "hello" is not a mapping"#),
      ("fleet:\n\tgroup: g\n", "2:1: the file has a tab where YAML takes none; indent with spaces"),
      ("fleet: { group: g }\n---\nfleet: { group: h }\n", "2:1: the file has a second document"),
      ("fleet: { group: g }\nfleet: { group: h }\n", "fleet: stands more than once in the same mapping; keep one"),
      ("fleet:\n  group: a\n  group: b\n", "group: stands more than once"),
      ("fleet: { group: g\n", "the file is not YAML"), ("fleet: *nobody\n", "1:8: the file is not YAML"),
      ("fleet: { group: \"g }\n", "the file is not YAML"), ("fleet: \u{1}\n", "the file is not YAML"),
    ])
  func shape(text: String, expected: String) {
    #expect(refusal(text).contains(expected), "\(refusal(text))")
  }

  @Test("a long value is cut, and control characters are escaped")
  func shownValue() {
    let long = refusal("fleet: { group: g }\nregion: " + String(repeating: "x", count: 500))
    #expect(long.count < 160)
    #expect(refusal("fleet: { group: g }\nregion: \"a\\nb\\e[31m\"").contains(#""a\nb\u{1B}[31m""#))
  }

  @Test("a file is at most one mebibyte, and nesting without end is refused, not followed")
  func bounds() {
    let padding = String(repeating: "#", count: PipelineFile.bytesMax)
    #expect(refusal("fleet: { group: g }\n" + padding).contains("is larger than 1048576 bytes"))
    #expect(refusal("fleet: " + String(repeating: "[", count: 100_000)).contains("the file is not YAML"))
  }

  private func refusal(_ text: String, file: String = "x.yml") -> String {
    do {
      _ = try PipelineFile.decode(text: text, file: file)
      return "taken"
    } catch {
      return error.description
    }
  }
}

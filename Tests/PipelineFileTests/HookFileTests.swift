import ReleaseCore
import Testing

@testable import PipelineFile

@Suite("Hooks and notices in a pipeline file")
struct HookFileTests {
  private func decode(_ more: String) throws -> Pipeline {
    try PipelineFile.decode(text: "fleet: { group: api }\n" + more, file: "api.yml")
  }

  private func problems(_ more: String) -> String {
    do {
      _ = try decode(more)
      return ""
    } catch { return String(describing: error) }
  }

  @Test("a point takes one hook or a list of them; what is left out has its default")
  func decoded() throws {
    let pipeline = try decode(
      """
      hooks:
        beforeRollout: { run: [npm, run, migrate], where: instance, envFile: /etc/api.env, network: host, timeout: 90s }
        afterPassed:
          - run: [a]
            where: local
          - { run: [b], environment: { X: "1" } }
      notices: { webhook: HOOK_URL, topic: 'arn:aws:sns:eu-north-1:123456789012:releases', results: [rolled-back] }
      """)
    let hook = try #require(pipeline.hooks.beforeRollout.first)
    #expect(hook.command == ["npm", "run", "migrate"])
    #expect(hook.place == .instance)
    #expect(hook.environmentFile == "/etc/api.env")
    #expect(hook.network == "host")
    #expect(hook.timeout == .seconds(90))
    #expect(pipeline.hooks.afterPassed.map(\.command) == [["a"], ["b"]])
    #expect(pipeline.hooks.afterPassed.map(\.place) == [.local, .engine])
    #expect(pipeline.hooks.afterPassed.last?.environment == ["X": "1"])
    #expect(pipeline.hooks.afterRollback == [])
    #expect(pipeline.notices.webhook == "HOOK_URL")
    #expect(pipeline.notices.results == ["rolled-back"])
    #expect(try decode("").notices == Pipeline.Notices())
  }

  @Test("before a rollout the word snapshot is a hook, alone or among others, and nowhere else")
  func snapshot() throws {
    #expect(try decode("hooks: { beforeRollout: snapshot }").hooks.beforeRollout == [.snapshot])
    let listed = try decode("hooks: { beforeRollout: [snapshot, { run: [migrate] }] }").hooks.beforeRollout
    #expect(listed.map(\.isSnapshot) == [true, false])
    #expect(listed.map(\.command) == [["snapshot"], ["migrate"]])
    #expect(problems("hooks: { afterPassed: snapshot }").contains("is not a mapping"))
  }

  @Test(
    "what is wrong is told with its place",
    arguments: [
      ("hooks: { beforeRollout: { where: local } }", "hooks.beforeRollout.run: is required"),
      ("hooks: { beforeRollout: { run: [] } }", "hooks.beforeRollout.run: is required"),
      ("hooks: { beforeRollout: { run: npm run migrate } }", "is not a list"),
      ("hooks: { beforeRollout: migrate }", "is not a mapping"),
      ("hooks: { beforeRollout: { run: [a], where: moon } }", "write engine or instance or local"),
      ("hooks: { beforeRollot: { run: [a] } }", "did you mean \"beforeRollout\"?"),
      ("hooks: { afterPassed: [{ run: [a], tiemout: 1s }] }", "did you mean \"timeout\"?"),
      ("hooks: { afterPassed: { run: [a], timeout: 0s } }", "more than nothing"),
      ("notices: { topic: 'arn:aws:sns:eu-north-1:123456789012:x.fifo' }", "is not a topic"),
      ("notices: { results: [released, broken] }", "\"broken\" is no result of a run"),
    ])
  func refused(text: String, words: String) {
    #expect(problems(text).contains(words), "\(problems(text))")
  }

  @Test("a URL where the variable's name belongs is refused, and not shown")
  func secretURL() {
    let found = problems("notices: { webhook: 'https://hooks.slack.com/services/T/B/secret' }")
    #expect(found.contains("never the URL itself"), "\(found)")
    #expect(!found.contains("secret'") && !found.contains("hooks.slack.com"), "\(found)")
  }
}

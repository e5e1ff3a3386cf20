import Foundation
import ReleaseCore
import ReleaseRuntime
import Synchronization
import Testing

@Suite("The interpreter")
struct InterpreterTests {
  @Test("performs a whole release, and journals each effect before and after it, in order")
  func whole() async throws {
    let ground = try Ground()
    let outcome = await ground.perform(.releaseNew)
    #expect(outcome.exitCode == 0, "\(outcome.sentence)")
    let lines = try ground.journal()
    let effects = lines.filter { $0["entry"] as? String != "said" }.compactMap { line -> String? in
      guard let entry = line["entry"] as? String, let action = line["action"] as? String else { return nil }
      return "\(entry) \(action)"
    }
    let expected = ["build", "push", "createVersion", "tag", "startRefresh", "tag"].flatMap {
      ["began \($0)", "answered \($0)"]
    }
    #expect(effects == expected)
    #expect(lines.allSatisfy { ($0["time"] as? String)?.hasSuffix("Z") == true && $0["run"] != nil })
    #expect(lines.last?["event"] as? String == Announcement.endedName)
    await #expect(ground.world.savedVersion() == "2")
  }

  @Test("performs a rollback of a bad release although the collection of evidence hangs")
  func hangingEvidence() async throws {
    let ground = try Ground(hangsAtEvidence: true)
    await ground.world.makeBad()
    let outcome = await ground.perform(.releaseNew)
    #expect(outcome.exitCode == 5, "\(outcome.sentence)")
    #expect(ground.said.withLock { $0 }.contains { $0.sentence.contains("nothing came within 30 s") })
  }

  @Test("writes whatever a failure says as valid JSON")
  func json() async throws {
    let sentence = "push: \"denied\"\n\ttab \\ back \u{1} ünïcode \u{2028} 🚀"
    let ground = try Ground()
    var ports = ground.ports
    ports.push = { _ async throws(ActionFailure) in throw ActionFailure(.other, sentence) }
    let outcome = await ground.perform(.releaseNew, ports: ports)
    #expect(outcome.exitCode == 1)
    let failures = try ground.journal().compactMap { $0["failed"] as? String }
    #expect(failures == [sentence])
  }

  @Test("cancels what is still under way when the run ends")
  func cancels() async throws {
    let ground = try Ground()
    let wasCancelled = Mutex(false)
    var ports = ground.ports
    ports.build = { _ async throws(ActionFailure) in
      try? await Task.sleep(for: .seconds(600))
      if Task.isCancelled { wasCancelled.withLock { $0 = true } }
      return BuiltImage(id: "sha256:late", platform: "linux/arm64")
    }
    ports.checkRollbackTarget = { version async throws(ActionFailure) in
      RollbackTargetCheck(release: version.number, problems: ["its image is gone"])
    }
    let outcome = await ground.perform(.releaseNew, ports: ports)
    #expect(outcome.exitCode == 3)
    #expect(wasCancelled.withLock { $0 })
  }

  @Test("ends a run at a signal, with what is under way cancelled")
  func signal() async throws {
    let ground = try Ground()
    var ports = ground.ports
    let (signals, feed) = AsyncStream<String>.makeStream()
    ports.build = { _ async throws(ActionFailure) in
      feed.yield("SIGTERM")
      try? await Task.sleep(for: .seconds(600))
      return BuiltImage(id: "sha256:late", platform: "linux/arm64")
    }
    let outcome = await ground.perform(.releaseNew, ports: ports, signals: signals)
    #expect(outcome.exitCode == 1)
    #expect(outcome.sentence.contains("SIGTERM"))
  }

  @Test("refuses to begin a release whose journal cannot be written: nothing is built")
  func unwritable() async throws {
    let ground = try Ground(disk: .none)
    let outcome = await ground.perform(.releaseNew)
    #expect(outcome.exitCode == 1)
    #expect(outcome.sentence.contains("journal"))
    #expect(ground.effects.withLock { $0 } == [])
    await #expect(ground.world.refreshes() == 0)
  }

  @Test("does not let a full disk stop a rollback, and warns once")
  func fullDisk() async throws {
    let ground = try Ground()
    #expect(await ground.perform(.releaseNew).exitCode == 0)
    let full = try Ground(world: ground.world, disk: .full)
    let outcome = await full.perform(.rollBack)
    #expect(outcome.exitCode == 0, "\(outcome.sentence)")
    #expect(full.said.withLock { $0 }.count { $0.sentence.contains("journal") } == 1)
    await #expect(ground.world.savedVersion() == "1")
  }

  @Test("of an unwritable journal sends no refresh of a release that was not journaled")
  func fullBeforeStart() async throws {
    let ground = try Ground(disk: .full)
    let outcome = await ground.perform(.releaseNew)
    #expect(outcome.exitCode == 1)
    await #expect(ground.world.refreshes() == 0)
  }
}

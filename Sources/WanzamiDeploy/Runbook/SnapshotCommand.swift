import AWSClient
import ArgumentParser
import ReleaseCore
import ReleaseRuntime

struct SnapshotCommand: RunbookCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Make a manual snapshot of the fleet's database, and wait until it can be used.",
    discussion: """
      Before a risky release. It is kept until somebody deletes it. Exit codes: 0 made; 1 failed; 3 refused; 7 \
      interrupted, RDS goes on with it.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "The database; default: the one with the service's name, else the only one in the fleet's network.")
  var database: String?

  @Option(help: "The snapshot's name; default: DATABASE-before-TIME.")
  var name: String?

  @Flag(help: "Do not wait until it can be used.")
  var noWait = false

  @Option(help: "Minutes to wait.")
  var timeout = 60

  @Flag(help: "Say what would be done, and do nothing.")
  var dryRun = false

  func validate() throws {
    guard (1...1440).contains(timeout) else { throw ValidationError("--timeout takes 1 to 1440 minutes") }
    // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html
    if let name, name.wholeMatch(of: /[A-Za-z](?:-?[A-Za-z0-9])*/) == nil || name.utf8.count > 255 {
      throw ValidationError("--name takes letters, digits and single hyphens, a letter first; \"\(name)\" is not that")
    }
  }

  func perform(_ runbook: Runbook) async throws {
    let maker = SnapshotMaker(
      client: runbook.client, clock: runbook.clock, service: runbook.pipeline.service, group: runbook.name,
      poll: runbook.pipeline.rollout.poll)
    let database = try await maker.choose(self.database)
    let name = name ?? DatabaseChoice.snapshotName(of: database, at: runbook.clock.now())
    runbook.speech.step("snapshot database \(database) as \(name)")
    if dryRun { return }
    let started = runbook.clock.now()
    try await maker.begin(name, of: database, by: runbook.ground.environment.actor)
    guard !noWait else { return runbook.speech.done("snapshot \(name) of \(database) is being made") }
    try await maker.wait(for: name, within: .seconds(timeout * 60), signals: runbook.signals) {
      runbook.speech.step($0)
    }
    runbook.speech.done(
      "snapshot \(name) of \(database) can be used, after \((runbook.clock.now() - started).inWords)")
  }
}

/// Makes a manual snapshot of a fleet's database.
struct SnapshotMaker: Sendable {
  let client: AWSClient
  let clock: RunClock
  let service: String
  let group: String
  var poll = Duration.seconds(3)

  /// The database that was named, or that stands beside the fleet.
  func choose(_ named: String?) async throws -> String {
    let all = try await client.rds.describeDBInstances()
    let found = try await client.autoScaling.describeAutoScalingGroups([group]).first
    let footings = try await client.ec2.describeInstances(footingOf: found?.instances.map(\.id) ?? [])
    let networks = Set(footings.compactMap(\.vpc))
    let beside = all.filter { networks.contains($0.vpc ?? "") }.map(\.id)
    return try DatabaseChoice.choose(
      named: named, service: service, beside: beside, all: all.map(\.id))
  }

  /// Begins the snapshot. An answer that was lost is settled by asking for the name, which is unique.
  ///
  /// - Parameter isOursIfThere: one of that name is no error.
  func begin(
    _ name: String, of database: String, by actor: String, isOursIfThere: Bool = false
  ) async throws(AWSError) {
    do throws(AWSError) {
      let tags = [("wanzami-deploy:by", actor), ("wanzami-deploy:service", service)]
      _ = try await client.rds.createDBSnapshot(of: database, named: name, tags: tags.map { (key: $0.0, value: $0.1) })
    } catch {
      if isOursIfThere, error.kind == .alreadyExists { return }
      guard error.kind == .ambiguous, try await isThere(name) else { throw error }
    }
  }

  private func isThere(_ name: String) async throws(AWSError) -> Bool {
    do throws(AWSError) { return try await client.rds.describeDBSnapshots(named: name) != nil } catch {
      guard error.kind == .notFound else { throw error }
      return false
    }
  }

  /// Waits until it can be restored from.
  func wait(
    for name: String, within timeout: Duration, signals: Signals?, say: (String) -> Void
  ) async throws {
    let deadline = clock.now() + timeout
    var shown = -1
    while true {
      let snapshot: RDS.Snapshot?
      do throws(AWSError) {
        snapshot = try await client.rds.describeDBSnapshots(named: name)
      } catch {
        guard error.kind == .notFound || error.kind == .throttled else { throw error }
        snapshot = nil
      }
      switch snapshot?.status {
      case "available": return
      case "failed": throw GroundProblem(description: "snapshot \(name) has failed: aws rds describe-events says why")
      default: break
      }
      if let percent = snapshot?.percentProgress, percent != shown {
        shown = percent
        say("snapshot \(name): \(percent) %")
      }
      if let signal = signals?.first {
        throw GroundProblem(exitCode: 7, description: "\(signal): RDS goes on with snapshot \(name)")
      }
      guard clock.now() < deadline, !Task.isCancelled else {
        throw GroundProblem(
          description: "snapshot \(name) is not ready after \(timeout.inWords); RDS goes on with it")
      }
      await clock.sleep(max(poll, .milliseconds(200)))
    }
  }
}

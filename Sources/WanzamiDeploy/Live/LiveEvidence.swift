import AWSClient
import ReleaseCore
import ReleaseRuntime

/// Collects why an instance is in trouble, before it is terminated: its container's last lines through SSM, and the end
/// of its console.
struct LiveEvidence: Sendable {
  let client: AWSClient
  let group: String
  let clock: RunClock

  private static let containerLines = 20
  private static let consoleLines = 8
  private static let activitiesMax = 5
  /// How long each source may take: less than the whole collection may, so that one that hangs costs itself alone.
  private static let sourceWithin = Duration.seconds(25)

  func collect(_ requests: [EvidenceRequest]) async -> [Evidence] {
    await withTaskGroup(of: (Int, Evidence).self) { tasks in
      for (index, request) in requests.enumerated() {
        tasks.addTask { (index, await collect(request)) }
      }
      var found: [(Int, Evidence)] = []
      for await evidence in tasks { found.append(evidence) }
      return found.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private func collect(_ request: EvidenceRequest) async -> Evidence {
    async let container = lines("the container's lines") { () throws(AWSError) in
      try await containerOutput(of: request.instance)
    }
    async let console = lines("the console") { () throws(AWSError) in
      let output = try await client.ec2.getConsoleOutput(instance: request.instance, latest: true)
      return String(decoding: output.output, as: UTF8.self)
    }
    async let activities = lines("the scaling activities") { () throws(AWSError) in
      try await activityLines(of: request.instance)
    }
    let (fromContainer, fromConsole, fromActivities) = await (container, console, activities)
    return Evidence(
      instance: request.instance, targets: request.targets,
      activities: Array(fromActivities.lines.prefix(LiveEvidence.activitiesMax)),
      containerLines: fromContainer.lines.suffix(LiveEvidence.containerLines),
      consoleLines: fromConsole.lines.suffix(LiveEvidence.consoleLines),
      gaps: [fromActivities.gap, fromContainer.gap, fromConsole.gap].compactMap { $0 })
  }

  private typealias Found = (lines: [String], gap: String?)

  /// Reads one source; one that takes too long is given up, and named as a gap.
  private func lines(
    _ what: String, _ read: @escaping @Sendable () async throws(AWSError) -> String
  ) async -> Found {
    await withTaskGroup(of: Found.self) { race in
      race.addTask {
        do throws(AWSError) {
          let text = try await read()
          return (text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.isEmpty }, nil)
        } catch {
          return ([], "\(what) could not be had: \(error.description)")
        }
      }
      race.addTask {
        await clock.sleep(LiveEvidence.sourceWithin)
        let seconds = LiveEvidence.sourceWithin.wholeSecondsRoundedUp
        return ([], "\(what) could not be had: nothing came within \(seconds) s")
      }
      let first = await race.next()
      race.cancelAll()
      return first ?? ([], nil)
    }
  }

  /// The newest page is enough: what went wrong went wrong lately.
  private func activityLines(of instance: String) async throws(AWSError) -> String {
    let found = try await client.autoScaling.describeScalingActivities(of: group, isEnough: { _ in true })
    return found.filter { $0.statusCode == "Failed" || $0.description.contains(instance) }
      .map { "\($0.description): \($0.statusCode)\($0.statusMessage.map { ", \($0)" } ?? ""). \($0.cause)" }
      .map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }.joined(separator: "\n")
  }

  private func containerOutput(of instance: String) async throws(AWSError) -> String {
    let log = try await ContainerLog(client: client, clock: clock)
      .read(of: instance, lines: LiveEvidence.containerLines)
    return log.standardOutput + log.standardError
  }
}

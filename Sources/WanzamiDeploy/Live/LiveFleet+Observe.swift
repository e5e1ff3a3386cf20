import AWSClient
import ReleaseCore

extension LiveFleet {
  /// One piece of a poll: what it fills in, or why it did not come.
  private enum Piece: Sendable {
    case group(ReleaseCore.Group)
    case refreshes([Refresh])
    case targets(String, [Target])
    case activities([ReleaseCore.Activity])
    case alarms([ReleaseCore.Alarm])
    case silence(String, isThrottled: Bool)
  }

  /// Polls the parts at once. A call that is throttled or fails is not repeated here: it is a silence, and the next
  /// poll asks again.
  func observe(
    _ parts: Set<ObservationPart>, targetGroups: [String]
  ) async -> (Observation, wasThrottled: Bool) {
    let once = client.with(retries: .none)
    return await withTaskGroup(of: Piece.self) { tasks in
      if parts.contains(.group) { tasks.addTask { await group(once) } }
      if parts.contains(.refreshes) { tasks.addTask { await refreshes(once) } }
      if parts.contains(.activities) { tasks.addTask { await activities(once) } }
      if parts.contains(.alarms) { tasks.addTask { await alarms(once) } }
      if parts.contains(.targets) {
        for arn in targetGroups { tasks.addTask { await targets(arn, once) } }
      }
      var observation = Observation()
      var wasThrottled = false
      for await piece in tasks {
        switch piece {
        case .group(let group): observation.group = group
        case .refreshes(let refreshes): observation.refreshes = refreshes
        case .targets(let arn, let targets): observation.targets[arn] = targets
        case .activities(let activities): observation.activities = activities
        case .alarms(let alarms): observation.alarms = alarms
        case .silence(let sentence, let isThrottled):
          observation.silences.append(sentence)
          if isThrottled { wasThrottled = true }
        }
      }
      observation.silences.sort()
      return (observation, wasThrottled)
    }
  }

  private func piece(_ read: () async throws(AWSError) -> Piece) async -> Piece {
    do throws(AWSError) {
      return try await read()
    } catch {
      return .silence(error.description, isThrottled: error.kind == .throttled)
    }
  }

  private func group(_ client: AWSClient) async -> Piece {
    await piece { () throws(AWSError) in
      guard let group = try await client.autoScaling.describeAutoScalingGroups([name]).first else {
        return .silence("group \(name) is not in the answer of DescribeAutoScalingGroups", isThrottled: false)
      }
      return .group(ReleaseCore.Group(group))
    }
  }

  private func refreshes(_ client: AWSClient) async -> Piece {
    await piece { () throws(AWSError) in
      .refreshes(try await client.autoScaling.describeInstanceRefreshes(of: name, limit: 10).map { Refresh($0) })
    }
  }

  /// How many activities one poll reads at the most, which is eight requests: when a thousand instances launch at once,
  /// those that are older are read once newer ones have ended.
  private static let activitiesMax = 800

  /// Back to the oldest unfinished one: a page that ends with a finished one is enough.
  private func activities(_ client: AWSClient) async -> Piece {
    await piece { () throws(AWSError) in
      let found = try await client.autoScaling.describeScalingActivities(
        of: name,
        isEnough: { $0.count >= LiveFleet.activitiesMax || $0.last.map { $0.endTime != nil } ?? true })
      return .activities(found.compactMap { ReleaseCore.Activity($0) })
    }
  }

  private func alarms(_ client: AWSClient) async -> Piece {
    await piece { () throws(AWSError) in
      .alarms(try await client.cloudWatch.describeAlarms(pipeline.rollout.alarms).map { ReleaseCore.Alarm($0) })
    }
  }

  private func targets(_ arn: String, _ client: AWSClient) async -> Piece {
    await piece { () throws(AWSError) in
      .targets(arn, try await client.elbv2.describeTargetHealth(targetGroup: arn).map { Target($0) })
    }
  }
}

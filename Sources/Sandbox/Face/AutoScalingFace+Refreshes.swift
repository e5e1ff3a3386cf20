import AWSWire
import SimulatedAWS

/// Instance refreshes and scaling activities as Auto Scaling tells them.
extension AutoScalingFace {
  static func describeRefreshes(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let group = try group(parameters, world)
    let ids = parameters.texts("InstanceRefreshIds")
    let chosen = group.refreshes.reversed().filter { ids.isEmpty || ids.contains($0.id) }
    let page = try Page(
      of: chosen, token: parameters.text("NextToken"), size: try parameters.int("MaxRecords"), default: 50, max: 100)
    return [
      list("InstanceRefreshes", page.items.map { describe($0, of: group.name) }), element("NextToken", page.next),
    ]
  }

  private static func describe(_ refresh: World.InstanceRefresh, of name: String) -> [XMLNode?] {
    [
      element("InstanceRefreshId", refresh.id), element("AutoScalingGroupName", name),
      element("Status", refresh.status.rawValue), element("StatusReason", refresh.reason?.text),
      element("StartTime", refresh.started), element("EndTime", refresh.ended),
      element("PercentageComplete", refresh.percentComplete), element("InstancesToUpdate", refresh.instancesToUpdate),
      element("Preferences", describe(refresh.preferences)),
      refresh.desired.map { element("DesiredConfiguration", describe($0)) },
      refresh.rollback.map { rollback in
        element(
          "RollbackDetails",
          [
            element("RollbackReason", rollback.reason), element("RollbackStartTime", rollback.started),
            element("PercentageCompleteOnRollback", rollback.percentComplete),
            element("InstancesToUpdateOnRollback", rollback.instancesToUpdate),
          ])
      }, element("Strategy", "Rolling"),
    ]
  }

  private static func describe(_ preferences: World.RefreshPreferences) -> [XMLNode?] {
    [
      element("MinHealthyPercentage", preferences.minHealthyPercent),
      element("MaxHealthyPercentage", preferences.maxHealthyPercent), element("InstanceWarmup", preferences.warmup),
      preferences.checkpoints.isEmpty
        ? nil : list("CheckpointPercentages", texts: preferences.checkpoints.map { String($0) }),
      element("CheckpointDelay", preferences.checkpointDelay), element("SkipMatching", preferences.skipMatching),
      element("AutoRollback", preferences.autoRollback),
      element("ScaleInProtectedInstances", preferences.scaleInProtected),
      element("StandbyInstances", preferences.standby),
      preferences.alarms.isEmpty
        ? nil : element("AlarmSpecification", [list("Alarms", texts: preferences.alarms)]),
      element("BakeTime", preferences.bake),
    ]
  }

  static func describeActivities(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let ids = parameters.texts("ActivityIds")
    var chosen: [(World.Activity, String)] = []
    let name = parameters.text("AutoScalingGroupName")
    if let name, world.group(name) == nil { throw try notFound(parameters, world) }
    for group in world.groups where name == nil || group.name == name {
      for activity in group.activities.reversed() where ids.isEmpty || ids.contains(activity.id) {
        chosen.append((activity, group.name))
      }
    }
    for filter in parameters.list("Filters") {
      var kept: [(World.Activity, String)] = []
      for entry in chosen where try matches(entry.0, filter) { kept.append(entry) }
      chosen = kept
    }
    let page = try Page(
      of: chosen, token: parameters.text("NextToken"), size: try parameters.int("MaxRecords"), default: 100, max: 100)
    return [
      list("Activities", page.items.map { activity($0.0, of: $0.1) }), element("NextToken", page.next),
    ]
  }

  private static func notFound(_ parameters: Parameters, _ world: World) throws(Fault) -> Fault {
    _ = try group(parameters, world)
    return Fault("ValidationError", "AutoScalingGroup name not found")
  }

  private static func matches(_ activity: World.Activity, _ filter: Parameters) throws(Fault) -> Bool {
    let values = filter.texts("Values")
    switch filter.text("Name") ?? "" {
    case "Status": return values.contains(activity.status)
    case "StartTimeLowerBound":
      return try bound(values).allSatisfy { activity.started.milliseconds >= $0 }
    case "StartTimeUpperBound":
      return try bound(values).allSatisfy { activity.started.milliseconds <= $0 }
    case let name: throw Fault("ValidationError", "The filter '\(name)' is not supported")
    }
  }

  private static func bound(_ values: [String]) throws(Fault) -> [Int64] {
    var times: [Int64] = []
    for value in values {
      guard let time = Timestamp(iso8601: value) else {
        throw Fault("ValidationError", "The filter value '\(value)' is not a time")
      }
      times.append(time.milliseconds)
    }
    return times
  }

  static func activity(_ activity: World.Activity, of name: String) -> [XMLNode?] {
    [
      element("ActivityId", activity.id), element("AutoScalingGroupName", name),
      element("Description", activity.description), element("Cause", String(activity.cause.prefix(1023))),
      element("StartTime", activity.started), element("EndTime", activity.ended),
      element("StatusCode", activity.status), element("StatusMessage", activity.message.map { String($0.prefix(255)) }),
      element("Progress", activity.progress),
      element("Details", "{\"Availability Zone\":\"\(activity.zone)\"}"),
      element("AutoScalingGroupState", nil as String?),
    ]
  }
}

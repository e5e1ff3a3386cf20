extension World {
  /// PutMetricAlarm; a new alarm is `INSUFFICIENT_DATA` until its state is set.
  public mutating func putAlarm(_ name: String, settings: Tree = .members([]), state: Alarm.State? = nil) {
    if let index = alarms.firstIndex(where: { $0.name == name }) {
      alarms[index].settings = settings
      if let state { alarms[index].state = state }
    } else {
      alarms.append(
        Alarm(
          name: name, arn: "arn:aws:cloudwatch:\(region):\(account):alarm:\(name)",
          state: state ?? .insufficientData, reason: "Unchecked: Initial alarm creation", updated: now,
          settings: settings))
    }
    settle()
  }

  /// SetAlarmState.
  public mutating func setAlarm(_ name: String, _ state: Alarm.State, reason: String) throws(Fault) {
    guard let index = alarms.firstIndex(where: { $0.name == name }) else {
      throw Fault("ResourceNotFound", "Unknown alarm \(name)", httpStatus: 404)
    }
    alarms[index].state = state
    alarms[index].reason = reason
    alarms[index].updated = now
    settle()
  }
}

extension Run {
  /// A signal: what goes on in AWS is said, and how to take it up. Nothing is undone.
  mutating func interrupt(_ signal: String) -> [Action] {
    let again = "take it up with wanzami-deploy resume, from any machine"
    switch phase {
    case .ended:
      return []
    case .created, .preparing, .waitingForLock, .comparing, .finding, .building, .pushing, .naming,
      .scanning, .pinning, .versioning, .tagging,
      .surveying, .checkingAim:
      return end(.failedBefore("\(signal) came before the rollout was started"))
    case .explaining(let outcome):
      wasAskedToStop = true
      return conclude(outcome)
    case .hooking(let hooking):
      let hook = hooking.orders.first.map { "; hook \($0.words) was stopped" } ?? ""
      return end(.failedBefore("\(signal) came before the rollout was started\(hook)"))
    case .concluding(let conclusion):
      return cutShort(conclusion, signal)
    case .closing:
      wasAskedToStop = true
      return [.announce(.warning("\(signal); the marks of the fleet are written first"))]
    case .starting(let start):
      return end(
        .interrupted(
          "\(signal) came while the refresh to release \(start.rollout.release) was being started; if it was, it goes "
            + "on in AWS; \(again)"))
    case .rolling(let rolling):
      let guarded =
        rolling.rollout.canAWSRollBack && pipeline.rollback == .automatic
        ? " (AWS rolls it back by itself if it fails)" : ""
      return end(
        .interrupted("\(signal); the rollout of release \(rolling.rollout.release) goes on in AWS\(guarded); \(again)"))
    case .goingBack(var back):
      if back.mustStartFirst {
        back.isInterrupted = true
        phase = .goingBack(back)
        return [.announce(.warning("\(signal); the refresh back to release \(back.aim) is started first"))]
      }
      return end(
        .interrupted(
          "\(signal); the way back from release \(back.rollout.release) to release \(back.aim) is not proven yet; "
            + again))
    }
  }
}

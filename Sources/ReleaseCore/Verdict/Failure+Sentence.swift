extension Failure: CustomStringConvertible {
  public var description: String { sentence }

  /// What was seen, of what, with AWS's own reason and words.
  public var sentence: String {
    switch self {
    case .neverHealthy(let target, let budget):
      "\(target.subject) was never healthy within \(budget.inWords) of its start (\(target.ageInWords)): \(target.because)"
    case .wrongAnswer(let target, let codes, let lasting):
      "the app answers, wrongly: \(target.subject) has answered \(codes.isEmpty ? "a wrong code" : codes.inWords) for "
        + "\(lasting.inWords) (\(target.ageInWords)): \(target.because)"
    case .turnedUnhealthy(let target, let lasting):
      "\(target.subject) was healthy and has been unhealthy for \(lasting.inWords) (\(target.ageInWords)): \(target.because)"
    case .flapping(let target, let turns):
      "\(target.subject) is flapping: it was healthy and turned unhealthy \(turns) times (\(target.ageInWords)): "
        + target.because
    case .crashLoop(let takenOut, let total):
      "crash loop: \(takenOut.count) of \(total) new instances were taken out after a failed ELB health check: "
        + takenOut.map(\.instance).joined(separator: ", ") + (takenOut.last.map { " (\($0.cause))" } ?? "")
    case .wiring(let target):
      "wiring: \(target.subject) is not used by a load balancer (\(target.because)): is the target group attached to a "
        + "listener, and is the instance's zone enabled?"
    case .belowFloor(let target, let healthy, let floor):
      "the old \(target.subject) drains while only \(healthy) healthy targets are left in "
        + "\(target.targetGroup.isEmpty ? "the group" : target.targetGroup), and the floor is \(floor)"
    case .launchRefused(let refusal): refusal.sentence
    case .alarm(let name, let reason):
      "alarm \(name) went to ALARM, and was not there at the start" + (reason.map { ": \($0)" } ?? "")
    case .refreshFailed(let id, let reason):
      "instance refresh \(id) ended Failed: \(reason ?? "AWS gave no reason")"
    case .endedByOthers(let end): end.sentence
    case .anotherRefresh(let id, let release, let status):
      "another instance refresh, \(id) \(release.map { "to version \($0) " } ?? "")(\(status.rawValue)), holds the group"
    case .stalled(let lasting, let waitingFor):
      "no progress for \(lasting.inWords); waiting for: \(waitingFor)"
    case .timedOut(let after, let waitingFor):
      "not finished after \(after.inWords), the rollout's timeout; waiting for: \(waitingFor)"
    }
  }
}

extension TargetEvidence {
  /// `target i-1 of wanzami-api (release 42)`.
  var subject: String {
    let place = targetGroup.isEmpty ? "instance \(instance)" : "target \(instance) of \(targetGroup)"
    return place + (version.map { " (version \($0))" } ?? "")
  }

  var ageInWords: String { age.map { "in service for \($0.inWords)" } ?? "not in service yet" }

  /// `unhealthy, Target.ResponseCodeMismatch: Health checks failed with these codes: [500]`.
  var because: String {
    state.rawValue + (reason.map { ", \($0)" } ?? "") + (detail.map { ": \($0)" } ?? "")
  }
}

extension LaunchRefusal {
  var sentence: String {
    let zoned = zones.isEmpty ? "" : " in \(zones.joined(separator: ", "))"
    return "\(count) launch\(count == 1 ? " was" : "es were") refused alike\(zoned), with nothing new in service in "
      + "between (\(why.rawValue)): \(message)"
  }
}

extension RefreshEnd {
  var sentence: String {
    let what =
      switch status {
      case .cancelled: "was cancelled, not by this run"
      case .cancelling: "is being cancelled, not by this run"
      case .rollbackInProgress: "is being rolled back, not by this run"
      case .rollbackSuccessful: "was rolled back, not by this run"
      case .rollbackFailed: "was rolled back, not by this run, and the rollback failed"
      default: "ended \(status.rawValue)"
      }
    return "instance refresh \(id) \(what): \(reason ?? "AWS gave no reason")"
  }
}

extension [Int] {
  var inWords: String { map(String.init).joined(separator: ", ") }
}

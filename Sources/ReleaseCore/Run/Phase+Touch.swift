extension Phase {
  /// What is being watched: a rollout, or the end of a way back.
  enum Watched { case rollout, landing }

  /// `nil`: nothing is.
  var watched: Watched? {
    switch self {
    case .rolling: .rollout
    case .goingBack(let back): if case .landing = back.step { .landing } else { nil }
    default: nil
    }
  }

  /// Whether nothing of the fleet has been moved yet: no refresh was asked for.
  public var isFleetUntouched: Bool {
    switch self {
    case .created, .preparing, .waitingForLock, .comparing, .finding, .building, .pushing, .naming, .scanning,
      .hooking, .pinning, .versioning, .tagging,
      .surveying, .checkingAim:
      true
    case .starting, .rolling, .goingBack, .closing, .explaining, .concluding, .ended:
      false
    }
  }
}

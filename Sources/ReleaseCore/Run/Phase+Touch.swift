extension Phase {
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

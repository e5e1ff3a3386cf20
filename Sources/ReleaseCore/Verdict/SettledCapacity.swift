/// How much capacity may be missing through no fault of the release.
///
/// A scale-out, or a replacement of an instance that Spot, EC2 or a user took, leaves the fleet short for the time of a
/// start. That shortage is excused from the last moment on at which the fleet was whole; a shortage left by a failed
/// ELB health check never is. In units of weight.
struct SettledCapacity: Equatable, Sendable {
  /// The lowest desired capacity since the fleet was last whole.
  private var lowestDesired: Int
  private var wholeAt: Moment

  init(desired: Int, at now: Moment) {
    lowestDesired = desired
    wholeAt = now
  }

  mutating func take(_ fleet: FleetTrack, at now: Moment) {
    lowestDesired = min(lowestDesired, fleet.group.desired)
    guard fleet.unsettled.count == 0, missing(fleet) == 0 else { return }
    lowestDesired = fleet.group.desired
    wholeAt = now
  }

  /// What is missing or still starting.
  func shortage(_ fleet: FleetTrack) -> Int { fleet.unsettled.weight + missing(fleet) }

  /// The part of a shortage that is not the release's doing.
  func excused(_ fleet: FleetTrack) -> Int {
    let departed = fleet.weight { track in
      guard track.isNew, !track.isAside, let leftAt = track.leftAt, leftAt > wholeAt else { return false }
      switch track.removal?.why {
      case .elbHealth, .scaleIn, .refresh: return false
      case .stopped, .statusCheck, .spot, .rebalance, .user, .unknown, nil: return true
      }
    }
    return max(0, fleet.group.desired - lowestDesired) + departed
  }

  /// Capacity that is not even launched.
  private func missing(_ fleet: FleetTrack) -> Int {
    max(0, fleet.group.desired - fleet.weight(where: \.isLive))
  }
}

/// How a fleet, or a machine that stands alone, is hardened: point by point, with the command that mends each failure.
public struct Audit: Equatable, Sendable {
  public enum Status: String, Sendable {
    case ok
    case failed
    case skipped
  }

  public struct Point: Equatable, Sendable {
    /// Stable, for machines.
    public var name: String
    /// For people.
    public var title: String
    public var status: Status
    /// What was seen, without a full stop at the end.
    public var seen: String
    /// What mends a failure.
    public var mend: String?
    /// Whether it is skipped because it could not be read.
    public var isUnread = false
  }

  public var points: [Point]

  public func count(_ status: Status) -> Int { points.count { $0.status == status } }

  /// 3: something failed; 1: nothing did, but not everything could be read; else 0.
  public var exitCode: Int32 {
    if count(.failed) > 0 { return 3 }
    return points.contains(where: \.isUnread) ? 1 : 0
  }

  /// Judges each point, always in the same order.
  public init(_ facts: AuditFacts) {
    points = [
      Audit.elasticIP(facts), Audit.systemsManager(facts), Audit.ssh(facts), Audit.snapshots(facts),
      Audit.backups(facts), Audit.closedStores(facts), Audit.healthCheck(facts), Audit.monitored(facts),
      Audit.alarmActions(facts), Audit.noLatest(facts), Audit.metadata(facts), Audit.environmentFile(facts),
      Audit.noSecret(facts), Audit.zones(facts), Audit.tls(facts),
    ]
  }

  /// A point that is being judged.
  struct Subject {
    var name: String
    var title: String

    func ok(_ seen: String) -> Point { Point(name: name, title: title, status: .ok, seen: seen) }
    func skipped(_ why: String) -> Point { Point(name: name, title: title, status: .skipped, seen: why) }
    func failed(_ seen: String, mend: String) -> Point {
      Point(name: name, title: title, status: .failed, seen: seen, mend: mend)
    }

    /// Judges what was read; what could not be is skipped, with the reason.
    func judge<Value>(_ reading: AuditFacts.Reading<Value>, _ judge: (Value) -> Point) -> Point {
      switch reading {
      case .read(let value): return judge(value)
      case .unread(let reason):
        var point = skipped("could not be read: \(reason)")
        point.isUnread = true
        return point
      }
    }
  }
}

extension AuditFacts {
  var isFleet: Bool { if case .fleet = subject { true } else { false } }

  /// The group's name or the instance's id.
  public var name: String {
    switch subject {
    case .fleet(let name), .machine(let name): name
    }
  }
}

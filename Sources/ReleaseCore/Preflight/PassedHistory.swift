/// Which releases passed, newest first: the only thing a rollback may aim at.
public struct PassedHistory: Equatable, Sendable {
  public private(set) var mark: PassedMark
  /// Whether the group's tag says so; if not, it was derived from the refresh history.
  public let isMarked: Bool

  /// Reads the tag; where it is missing or empty, the refresh history.
  public init(survey: Survey) {
    let mark = PassedMark(survey.group.tags[PassedMark.key])
    isMarked = !mark.releases.isEmpty
    self.mark =
      isMarked
      ? mark
      : PassedMark(
        releases: PassedHistory.derived(
          from: survey.refreshes, templateID: survey.group.configuration.template?.id))
  }

  /// The history that successful refreshes tell, newest first. A refresh that ended on a version seen before was a way
  /// back: what had come after that version was rolled away from, and does not count as passed.
  ///
  /// Ends on 40, 41, 42, 41 give 41, 40.
  static func derived(from refreshes: [Refresh], templateID: String?) -> [Int] {
    let ends = refreshes.filter { $0.status == .successful && $0.desired?.id == templateID }
      .sorted { ($0.ended ?? $0.started ?? .distantPast) < ($1.ended ?? $1.started ?? .distantPast) }
    var passed: [Int] = []
    for number in ends.compactMap({ $0.desired?.version.number }) {
      if let known = passed.firstIndex(of: number) {
        passed.removeSubrange((known + 1)...)
      } else {
        passed.append(number)
      }
    }
    return passed.reversed()
  }

  public var releases: [Int] { mark.releases }

  public func contains(_ release: Int) -> Bool { mark.contains(release) }

  /// The last release that passed.
  public var last: Int? { mark.last }

  /// The last release that passed, other than `release`.
  public func last(otherThan release: Int) -> Int? { mark.releases.first { $0 != release } }

  /// The release that passed before `release` did; where `release` did not pass, the last that did.
  public func before(_ release: Int) -> Int? {
    mark.contains(release) ? mark.before(release) : mark.last
  }

  mutating func add(_ release: Int) { mark = mark.adding(release) }

  mutating func condemn(_ release: Int) { mark = mark.removing(release) }

  /// Condemns what is left for `aim`, and everything that passed after `aim`: it was rolled away from too. From 4 3 2 1,
  /// leaving 4 for 2 keeps 2 1, as the refresh history would tell it.
  mutating func condemn(_ release: Int, for aim: Int) {
    if let index = mark.releases.firstIndex(of: aim) { mark = PassedMark(releases: Array(mark.releases[index...])) }
    if release != aim { condemn(release) }
  }

  /// The tag's value; `nil` deletes the tag, for AWS takes no empty list for one.
  var tagValue: String? { mark.releases.isEmpty ? nil : mark.description }
}

extension Moment {
  static let distantPast = Moment(milliseconds: .min / 4)
}

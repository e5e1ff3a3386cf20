/// The group's tag that says what was going on when its watcher was last alive: `42 rolling-out`, or
/// `42 rolling-back-to 41`.
///
/// A hint for `resume` and for people; the refresh itself is the truth.
public enum InFlightMark: Equatable, Sendable, CustomStringConvertible {
  case rollingOut(Int)
  case rollingBack(Int, to: Int)

  public static let key = "wanzami-deploy:in-flight"

  /// `nil` for every text but the two forms above.
  public init?(_ text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard let first = words.first.flatMap({ Int($0) }), first > 0 else { return nil }
    if words.count == 2, words[1] == "rolling-out" {
      self = .rollingOut(first)
    } else if words.count == 3, words[1] == "rolling-back-to", let target = Int(words[2]), target > 0 {
      self = .rollingBack(first, to: target)
    } else {
      return nil
    }
  }

  /// The release that is, or was, being rolled out.
  public var release: Int {
    switch self {
    case .rollingOut(let release), .rollingBack(let release, _): release
    }
  }

  /// The tag's value.
  public var description: String {
    switch self {
    case .rollingOut(let release): "\(release) rolling-out"
    case .rollingBack(let release, let target): "\(release) rolling-back-to \(target)"
    }
  }
}

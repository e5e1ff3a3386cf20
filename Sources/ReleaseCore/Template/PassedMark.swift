/// The group's tag that lists the releases that passed, newest first.
///
/// A hint, never the only truth: whatever else the tag says is ignored, and losing it loses no release.
public struct PassedMark: Equatable, Sendable, CustomStringConvertible {
  public static let key = "wanzami-deploy:passed"
  /// The most characters that a tag's value may have.
  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Tag.html
  public static let charactersMax = 256

  /// Numbers of template versions, each once, newest first; never more than the tag can hold.
  public private(set) var releases: [Int]

  public init(releases: [Int]) {
    self.releases = PassedMark.cut(releases)
  }

  /// Reads a tag's value: positive numbers between spaces; anything else in it is ignored, as is a repetition.
  public init(_ text: String?) {
    self.init(
      releases: (text ?? "").split(whereSeparator: \.isWhitespace).compactMap { word in
        word.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(word) : nil
      })
  }

  /// The tag's value; empty when nothing passed.
  public var description: String { releases.map(String.init).joined(separator: " ") }

  /// The release that passed last.
  public var last: Int? { releases.first }

  public func contains(_ release: Int) -> Bool { releases.contains(release) }

  /// The release that passed before `release` did; `nil` when it is the oldest that is known, or did not pass.
  public func before(_ release: Int) -> Int? {
    guard let index = releases.firstIndex(of: release), index + 1 < releases.count else { return nil }
    return releases[index + 1]
  }

  /// With `release` as the newest, wherever it stood.
  public func adding(_ release: Int) -> PassedMark { PassedMark(releases: [release] + releases) }

  /// Without `release`: condemned.
  public func removing(_ release: Int) -> PassedMark { PassedMark(releases: releases.filter { $0 != release }) }

  private static func cut(_ releases: [Int]) -> [Int] {
    var kept: [Int] = []
    var characters = -1
    for release in releases where release > 0 && !kept.contains(release) {
      characters += String(release).count + 1
      guard characters <= charactersMax else { break }
      kept.append(release)
    }
    return kept
  }
}

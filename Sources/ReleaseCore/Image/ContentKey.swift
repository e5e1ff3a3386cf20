/// What an image's content follows from: two commits with the same key have the same image, and the second needs no
/// build.
///
/// It is the git tree of the context (with every file's name, mode and bytes), the Dockerfile's path in it, the build
/// arguments, the target and the platform. Labels are no part of it: they tell which commit an image was built from
/// first. Nor are base images, whose age is bounded otherwise (`image.reuseFor`).
public struct ContentKey: Hashable, Sendable {
  /// The parts, each preceded by its length, so that no two different keys have the same bytes.
  public let bytes: [UInt8]

  private static let form = "wanzami-content/1"
  private static let digitsMax = 40

  /// - Parameters:
  ///   - tree: git's id of the context's tree; without one there is no key.
  ///   - platform: what the image is built for; without one an Engine of another machine would build something else, so
  ///     there is no key.
  public init?(tree: String?, image: Pipeline.Image, platform: String?) {
    guard let tree, let platform else { return nil }
    let arguments = image.buildArgs.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    let target = image.target.map { ["target", $0] } ?? ["no target"]
    var bytes: [UInt8] = []
    for part in [ContentKey.form, tree, image.dockerfile, platform] + target + arguments {
      bytes += "\(part.utf8.count):".utf8
      bytes += part.utf8
    }
    self.bytes = bytes
  }

  /// The tag by which a registry knows the content: `content-` and 40 hexadecimal digits.
  ///
  /// `hash` is a cryptographic hash in hexadecimal digits, SHA-256 in the product: the core has none of its own.
  public func tag(hash: ([UInt8]) -> String) -> String { "content-" + hash(bytes).prefix(ContentKey.digitsMax) }
}

/// The tags that one name stands for: `NAME`, then `NAME-2`, `NAME-3` …, for no tag is ever moved from one image to
/// another: the image that lost its last tag might be the one to roll back to, and expire.
public enum TagGeneration {
  /// How many are looked for.
  public static let count = 9

  /// `NAME` itself is the first.
  public static func tags(of name: String) -> [String] {
    (1...count).map { $0 == 1 ? name : "\(name)-\($0)" }
  }

  /// The generation of `name` that `tag` is; `nil`: it is none.
  public static func number(of tag: String, name: String) -> Int? {
    if tag == name { return 1 }
    guard tag.hasPrefix("\(name)-") else { return nil }
    let digits = tag.dropFirst(name.count + 1)
    guard let number = Int(digits), number > 1, String(number) == digits else { return nil }
    return number
  }
}

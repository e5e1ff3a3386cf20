/// The name of an image: `[registry/]repository[:tag][@digest]`, as the docker program reads it
/// (https://pkg.go.dev/github.com/distribution/reference).
public struct ImageReference: Hashable, Sendable, CustomStringConvertible {
  /// `host[:port]`; `nil`: Docker Hub.
  public var registry: String?
  public var repository: String
  public var tag: String?
  /// `sha256:` and 64 hexadecimal digits.
  public var digest: String?

  public init(registry: String?, repository: String, tag: String? = nil, digest: String? = nil) {
    self.registry = registry
    self.repository = repository
    self.tag = tag
    self.digest = digest
  }

  /// `nil` where a part is empty or has a character that it may not have.
  public init?(_ text: String) {
    let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    var name = halves[0]
    digest = halves.count == 2 ? String(halves[1]) : nil
    let lastSlash = name.lastIndex(of: "/") ?? name.startIndex
    if let colon = name[lastSlash...].lastIndex(of: ":") {
      tag = String(name[name.index(after: colon)...])
      name = name[..<colon]
    } else {
      tag = nil
    }
    let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, parts[0] == "localhost" || parts[0].contains(where: { $0 == "." || $0 == ":" }) {
      registry = String(parts[0])
      repository = String(parts[1])
    } else {
      registry = nil
      repository = String(name)
    }
    let allowed = { (character: Character) in
      character.isASCII && (character.isLowercase || character.isNumber || "._-/".contains(character))
    }
    guard !repository.isEmpty, repository.allSatisfy(allowed), !repository.split(separator: "/").isEmpty,
      tag?.isEmpty != true, digest.map({ $0.hasPrefix("sha256:") && $0.utf8.count == 71 }) != false
    else { return nil }
  }

  /// Whether its registry surely is on this machine.
  public var isOnLoopback: Bool { registry.map(isLoopbackHost) ?? false }

  /// `[registry/]repository`.
  public var name: String { registry.map { "\($0)/\(repository)" } ?? repository }

  public var description: String { name + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "") }
}

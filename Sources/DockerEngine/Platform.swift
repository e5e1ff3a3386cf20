/// `os/architecture[/variant]`, in Go's words.
public struct Platform: Hashable, Sendable, CustomStringConvertible {
  public var operatingSystem: String
  public var architecture: String
  public var variant: String?

  public init(operatingSystem: String, architecture: String, variant: String? = nil) {
    self.operatingSystem = operatingSystem
    self.architecture = architecture
    self.variant = variant.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// `nil` unless there are two or three parts. The kernel's names for architectures are taken too.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { $0.lowercased() }
    guard (2...3).contains(parts.count), !parts.contains("") else { return nil }
    let names = ["x86_64": "amd64", "aarch64": "arm64", "x86-64": "amd64"]
    self.init(
      operatingSystem: parts[0], architecture: names[parts[1]] ?? parts[1], variant: parts.count == 3 ? parts[2] : nil)
  }

  /// Whether an image of `other` is what was asked for; a variant counts only where both name one. `arm64` is `v8`.
  public func matches(_ other: Platform) -> Bool {
    guard operatingSystem == other.operatingSystem, architecture == other.architecture else { return false }
    guard let variant, let theirs = other.variant else { return true }
    return variant == theirs
  }

  public var description: String {
    "\(operatingSystem)/\(architecture)" + (variant.map { "/\($0)" } ?? "")
  }
}

/// What the description of a template version says about the release that it is.
///
///     wanzami/1 commit=<40 hex> digest=sha256:<64 hex> run=<26> by=<at most 40>
///
/// At most 212 of the 255 characters that EC2 takes. Anybody may write a description, so it is untrusted when read: the
/// digest must equal the one in the user data.
/// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html
public struct ReleaseDescription: Equatable, Sendable, CustomStringConvertible {
  public let commit: Commit
  public let digest: Digest
  public let run: RunID
  /// Who released: 1–40 printable ASCII characters without a space.
  public let by: String

  private static let magic = "wanzami/1"
  private static let byMax = 40

  /// `by` is made fit: what is not printable ASCII, and each space, becomes `-`; then it is cut to 40 characters.
  public init(commit: Commit, digest: Digest, run: RunID, by: String) {
    self.commit = commit
    self.digest = digest
    self.run = run
    let fit = by.unicodeScalars.map { ReleaseDescription.isPrintable($0) ? Character($0) : "-" }
    self.by = fit.isEmpty ? "unknown" : String(fit.prefix(ReleaseDescription.byMax))
  }

  /// Parses exactly the form above; `nil` for every other text.
  public init?(_ text: String) {
    let fields = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard fields.count == 5, fields[0].elementsEqual(ReleaseDescription.magic.utf8),
      let commit = ReleaseDescription.value(fields[1], of: "commit").flatMap(Commit.init),
      let digest = ReleaseDescription.value(fields[2], of: "digest").flatMap({ Digest($0) }),
      let run = ReleaseDescription.value(fields[3], of: "run").flatMap({ RunID($0) }),
      let by = ReleaseDescription.value(fields[4], of: "by"), (1...ReleaseDescription.byMax).contains(by.utf8.count),
      by.unicodeScalars.allSatisfy(ReleaseDescription.isPrintable)
    else { return nil }
    self.init(commit: commit, digest: digest, run: run, by: by)
  }

  public var description: String {
    "\(ReleaseDescription.magic) commit=\(commit) digest=\(digest) run=\(run) by=\(by)"
  }

  private static func value(_ field: Substring.UTF8View, of key: StaticString) -> String? {
    let count = key.utf8CodeUnitCount
    let isIt = key.withUTF8Buffer { field.starts(with: $0) } && field.dropFirst(count).first == UInt8(ascii: "=")
    return isIt ? String(Substring(field.dropFirst(count + 1))) : nil
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool { (0x21...0x7e).contains(scalar.value) }
}

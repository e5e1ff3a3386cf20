/// The token that makes a repeated CreateLaunchTemplateVersion return the first one's version.
///
/// Made from what the version is, so that a repetition after a lost answer, or by another machine that takes up the
/// run, sends the same. EC2 takes at most 64 ASCII characters.
/// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
public struct ClientToken: Equatable, Sendable, CustomStringConvertible {
  public static let charactersMax = 64

  public let description: String

  /// `hash` is a cryptographic hash in hexadecimal digits, SHA-256 in the product: the core has none of its own. Each
  /// part is preceded by its length, so that no two different versions are hashed from the same bytes.
  public init(template: String, source: Int, data: [UInt8], description: String, hash: ([UInt8]) -> String) {
    var bytes: [UInt8] = []
    for part in [Array(template.utf8), Array(String(source).utf8), data, Array(description.utf8)] {
      bytes += "\(part.count):".utf8
      bytes += part
    }
    self.description = String(hash(bytes).prefix(ClientToken.charactersMax))
  }
}

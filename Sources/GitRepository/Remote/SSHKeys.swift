import FoundationEssentials
import Glibc

/// What may be offered to an ssh server, in the order in which it is offered.
struct SSHKeys: Equatable, Sendable {
  enum Offer: Equatable, Sendable {
    case agent
    case file(String)
  }

  var offers: [Offer] = []
  /// Keys that are there, and cannot be used without the passphrase that nobody is asked for.
  var protected: [String] = []

  /// The key that `WANZAMI_GIT_SSH_KEY` names and no other; else the agent's, then the default ones of ssh(1).
  init(_ environment: GitEnvironment) {
    let named = environment["WANZAMI_GIT_SSH_KEY"].map { environment.expanded($0) }
    if named == nil, environment["SSH_AUTH_SOCK"] != nil { offers.append(.agent) }
    let usual = ["id_ed25519", "id_ecdsa", "id_rsa"].map { "\(environment.home)/.ssh/\($0)" }
    for file in named.map({ [$0] }) ?? usual where access(file, R_OK) == 0 {
      if SSHKeys.hasPassphrase(file) { protected.append(file) } else { offers.append(.file(file)) }
    }
  }

  /// Whether a private key is encrypted, told from its head (PROTOCOL.key of OpenSSH; RFC 1421, section 4.6.1.1;
  /// RFC 5958, section 3).
  private static func hasPassphrase(_ file: String) -> Bool {
    let lines = GitEnvironment.lines(file)
    if lines.contains(where: { $0.contains("ENCRYPTED") }) { return true }
    guard lines.first?.contains("BEGIN OPENSSH PRIVATE KEY") == true,
      let key = Data(base64Encoded: lines.dropFirst().prefix { !$0.hasPrefix("-") }.joined())
    else { return false }
    // "openssh-key-v1", a zero byte, then the cipher's name behind its length in four bytes.
    return !key.dropFirst(15).starts(with: [0, 0, 0, 4] + Array("none".utf8))
  }
}

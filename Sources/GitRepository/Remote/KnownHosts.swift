internal import COpenSSL
import FoundationEssentials

/// The host keys that the user trusts (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT").
struct KnownHosts: Sendable {
  enum Answer: Equatable, Sendable {
    case known
    case unknown
    /// The file that has another key for the host, or has this one revoked.
    case otherKey(file: String)
  }

  private let files: [String]

  init(_ environment: GitEnvironment) {
    files =
      ["known_hosts", "known_hosts2"].map { "\(environment.home)/.ssh/\($0)" }
      + ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"]
  }

  /// - Parameter key: as it goes over the wire (RFC 4253, section 6.6).
  func answer(host: String, port: Int?, key: [UInt8]) -> Answer {
    let plain = answer(name: host, key)
    guard let port, port != 22 else { return plain }
    let exact = answer(name: "[\(host)]:\(port)", key)
    // As ssh(1) does, a key known of the host counts for each of its ports.
    return exact == .unknown && plain == .known ? .known : exact
  }

  private func answer(name: String, _ key: [UInt8]) -> Answer {
    let keyText = Data(key).base64EncodedString()
    var answer = Answer.unknown
    for file in files {
      for line in GitEnvironment.lines(file) where !line.hasPrefix("#") {
        var words = line.split(whereSeparator: \.isWhitespace)[...]
        let mark = words.first?.hasPrefix("@") == true ? words.removeFirst() : ""
        guard words.count >= 3, mark != "@cert-authority", KnownHosts.names(words[words.startIndex], name) else {
          continue
        }
        let isThis = words[words.startIndex + 2] == keyText
        if mark == "@revoked" {
          if isThis { return .otherKey(file: file) }
        } else if isThis {
          answer = .known
        } else if answer == .unknown, KnownHosts.isSameKind(words[words.startIndex + 1], key) {
          answer = .otherKey(file: file)
        }
      }
    }
    return answer
  }

  /// A host may have keys of several kinds; only one of the same kind contradicts.
  private static func isSameKind(_ kind: Substring, _ key: [UInt8]) -> Bool {
    key.dropFirst(4).starts(with: kind.utf8)
  }

  /// Whether the first field, a hash or patterns with commas between, has the host's name.
  private static func names(_ field: Substring, _ name: String) -> Bool {
    if field.hasPrefix("|1|") {
      let parts = field.dropFirst(3).split(separator: "|")
      guard parts.count == 2, let salt = Data(base64Encoded: String(parts[0])),
        let hash = Data(base64Encoded: String(parts[1]))
      else { return false }
      return hmacSHA1(key: Array(salt), Array(name.utf8)) == Array(hash)
    }
    var isNamed = false
    for pattern in field.split(separator: ",") {
      if pattern.hasPrefix("!") {
        if matches(pattern.dropFirst(), name[...]) { return false }
      } else if matches(pattern, name[...]) {
        isNamed = true
      }
    }
    return isNamed
  }

  /// `*` is any text and `?` one character; names are compared without regard to case.
  private static func matches(_ pattern: Substring, _ name: Substring) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == "*" {
      return matches(pattern.dropFirst(), name) || !name.isEmpty && matches(pattern, name.dropFirst())
    }
    guard let next = name.first, first == "?" || first.lowercased() == next.lowercased() else { return false }
    return matches(pattern.dropFirst(), name.dropFirst())
  }
}

private func hmacSHA1(key: [UInt8], _ text: [UInt8]) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: 20)
  var count: UInt32 = 0
  guard HMAC(EVP_sha1(), key, Int32(key.count), text, text.count, &digest, &count) != nil else { return [] }
  return Array(digest.prefix(Int(count)))
}

/// A host key as people compare it: its kind, and `SHA256:` with the hash, as `ssh-keygen -l` shows it.
func shownHostKey(_ key: [UInt8]) -> String {
  var digest = [UInt8](repeating: 0, count: 32)
  SHA256(key, key.count, &digest)
  let kind = String(decoding: key.dropFirst(4).prefix(Int(key[3])), as: UTF8.self)
  let hash = Data(digest).base64EncodedString().filter { $0 != "=" }
  return "\(kind) SHA256:\(hash)"
}

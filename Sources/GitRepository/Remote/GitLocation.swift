/// Where a pipeline's repository is: on this machine, or at a URL.
public enum GitLocation: Equatable, Sendable {
  case path(String)
  case remote(GitURL)

  /// Reads it as git does: a URL has `://`, and `user@host:path` has a colon before the first slash
  /// (https://git-scm.com/docs/git-clone#_git_urls).
  ///
  /// - Throws: `GitError.remote(.unknownScheme)`, `.remote(.wrongURL)`.
  public init(_ text: String) throws(GitError) {
    if let mark = text.firstRange(of: "://") {
      self = .remote(try GitURL(scheme: text[..<mark.lowerBound], rest: text[mark.upperBound...]))
    } else if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/"), colon > text.startIndex {
      self = .remote(try GitURL(shell: text[..<colon], path: text[text.index(after: colon)...]))
    } else {
      self = .path(text)
    }
  }
}

/// The URL of a repository. Its description shows no password and no token.
public struct GitURL: Equatable, Sendable, CustomStringConvertible {
  public enum Scheme: String, Sendable {
    case https
    case http
    case ssh
    case file
  }

  public let scheme: Scheme
  /// In lower case, without the brackets of an IPv6 address; empty for a file.
  public let host: String
  /// `nil`: the scheme's own.
  public let port: Int?
  /// With its slash at the front; `host:path` of ssh has none, and is then below the user's home.
  public let path: String
  /// The user of an ssh URL is part of its address; of the others it is a credential.
  let user: String?
  let password: String?

  init(scheme name: Substring, rest: Substring) throws(GitError) {
    guard let scheme = Scheme(rawValue: name.lowercased()) else { throw .remote(.unknownScheme(String(name))) }
    let end = rest.firstIndex(of: "/") ?? rest.endIndex
    try self.init(scheme, authority: rest[..<end], path: String(rest[end...]))
    guard path.count > 1 else { throw .remote(.wrongURL(description)) }
  }

  init(shell authority: Substring, path: Substring) throws(GitError) {
    try self.init(.ssh, authority: authority, path: String(path))
    guard !path.isEmpty else { throw .remote(.wrongURL(description)) }
  }

  private init(_ scheme: Scheme, authority: Substring, path: String) throws(GitError) {
    var place = authority
    var information: Substring?
    if let at = authority.lastIndex(of: "@") {
      information = authority[..<at]
      place = authority[authority.index(after: at)...]
    }
    let parts = information?.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    user = parts?.first.map(GitURL.unescaped).flatMap { $0.isEmpty ? nil : $0 }
    password = (parts?.count == 2 ? parts?.last : nil).map(GitURL.unescaped)
    self.scheme = scheme
    self.path = path
    let isBracketed = place.hasPrefix("[")
    let hostEnd = isBracketed ? place.firstIndex(of: "]").map { place.index(after: $0) } : place.lastIndex(of: ":")
    let name = place[..<(hostEnd ?? place.endIndex)]
    host = (isBracketed ? name.dropFirst().dropLast() : name).lowercased()
    let number = hostEnd.map { place[$0...].dropFirst() } ?? ""
    port = Int(number)
    let isFile = scheme == .file
    guard number.isEmpty || (1...65535).contains(port ?? 0), isFile ? ["", "localhost"].contains(host) : !host.isEmpty
    else { throw .remote(.wrongURL(description)) }
  }

  /// With each `%` and two hexadecimal digits as the byte that they stand for (RFC 3986, section 2.1).
  private static func unescaped(_ text: Substring) -> String {
    var rest = Array(text.utf8)[...]
    var bytes: [UInt8] = []
    while let next = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if next == UInt8(ascii: "%"), digits.count == 2, let byte = UInt8(digits, radix: 16) {
        bytes.append(byte)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(next)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What libgit2 gets to see: credentials go another way. The user of ssh stays.
  var address: String {
    let place = (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
    switch scheme {
    case .file: return "file://\(path)"
    case .https, .http: return "\(scheme)://\(place)\(path)"
    case .ssh where path.hasPrefix("/"): return "ssh://\(user.map { "\($0)@" } ?? "")\(place)\(path)"
    case .ssh: return "\(user.map { "\($0)@" } ?? "")\(place):\(path)"
    }
  }

  public var description: String { address }

  /// Whether what is sent there can be read on the way.
  var isOpenToOthers: Bool {
    scheme == .http && host != "localhost" && host != "::1" && !host.hasPrefix("127.")
  }
}

/// The address of a source repository as it may be published with an image.
public enum SourceAddress {
  /// An address that people can open, without any user or password: `https://host/path`. `git@host:path` and `ssh://` are
  /// turned into it, as the forges serve both. `nil`: a path on this machine, or nothing that can be read.
  public static func published(_ remote: String?) -> String? {
    guard let remote, !remote.contains(where: { $0.isWhitespace || $0.isNewline }) else { return nil }
    if let scheme = ["https://", "http://", "ssh://", "git://"].first(where: { remote.hasPrefix($0) }) {
      let rest = remote.dropFirst(scheme.count)
      let authority = rest.prefix { $0 != "/" }
      var host = authority.lastIndex(of: "@").map { authority[$0...].dropFirst() } ?? authority
      // The port of SSH is none of HTTPS.
      if scheme == "ssh://" { host = host.prefix { $0 != ":" } }
      guard !host.isEmpty else { return nil }
      return "\(scheme == "http://" ? "http://" : "https://")\(host)\(path(rest.dropFirst(authority.count)))"
    }
    // scp's form, which has no slash before its colon (git-clone(1), "GIT URLS").
    guard let colon = remote.firstIndex(of: ":"), !remote[..<colon].contains("/") else { return nil }
    let authority = remote[..<colon]
    let host = authority.lastIndex(of: "@").map { authority[$0...].dropFirst() } ?? authority
    guard !host.isEmpty, !host.hasPrefix("[") else { return nil }
    return "https://\(host)/\(path(remote[colon...].dropFirst()).drop { $0 == "/" })"
  }

  /// Without a query, where a token may stand, and without the forges' suffix.
  private static func path(_ text: Substring) -> Substring {
    let plain = text.prefix { $0 != "?" && $0 != "#" }
    return plain.hasSuffix(".git") ? plain.dropLast(4) : plain
  }
}

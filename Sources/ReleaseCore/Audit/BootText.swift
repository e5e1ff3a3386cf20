/// User data as lines, and what of them should not stand there. No value is ever given back: lines are told by number.
struct BootText {
  /// Comments apart.
  private let lines: [(number: Int, text: String)]

  init(_ bytes: [UInt8]) {
    lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated().map { ($0.offset + 1, String($0.element)) }
      .filter { !$0.1.drop { $0 == " " || $0 == "\t" }.hasPrefix("#") }
  }

  private func numbers(_ isMeant: (String) -> Bool) -> [Int] { lines.filter { isMeant($0.text) }.map(\.number) }

  /// Lines that name an image by `:latest`, or pull or run one without tag and digest.
  var linesWithLatest: [Int] {
    numbers { line in
      if line.contains(/[\w\-\/]:latest(?![\w.\-])/) { return true }
      guard let pulled = line.firstMatch(of: /docker\s+(?:image\s+)?pull\s+(?:-\S+\s+)*["']?([\w][\w.:\/@\-]*)/) else {
        return false
      }
      let image = String(pulled.1)
      let name = image.split(separator: "/").last.map(String.init) ?? image
      return !name.contains(":") && !image.contains("@")
    }
  }

  /// Lines that write variables into a file for `--env-file`.
  var linesThatWriteEnvironment: [Int] {
    numbers { line in
      // Empty input makes the file, and writes nothing into it.
      guard !line.contains("/dev/null") else { return false }
      return line.contains(/\b(?:cat|echo|printf)\b.*>{1,2}\s*["']?[\w\/.\-]*\.env\b/)
        || line.contains(/\btee(?:\s+-a)?\s+["']?[\w\/.\-]*\.env\b/)
    }
  }

  /// Lines that hold a key by its looks, a password in a URL, or a value of a name that speaks of a secret.
  var linesWithSecrets: [Int] {
    numbers { line in
      if line.contains("PRIVATE KEY-----") { return true }
      if line.contains(/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/) { return true }
      if line.contains(/\b(?:ghp_|gho_|ghs_|github_pat_|glpat-|xox[bp]-|sk_live_|rk_live_|npm_)[A-Za-z0-9_\-]{16,}/) {
        return true
      }
      if line.contains(/\w+:\/\/[^\s:\/@"'$]+:[^\s@\/"'$][^\s@"'$]*@/) { return true }
      return line.matches(of: /([A-Za-z_][A-Za-z0-9_]*)=["']?([^\s"'$`;&|)]{4,})/).contains { match in
        BootText.speaksOfSecret(match.1) && !match.2.hasPrefix("arn:")
      }
    }
  }

  private static let telling = [
    "PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "API_KEY", "ACCESS_KEY", "PRIVATE_KEY",
  ]
  /// Ends of names that say where a secret is, and not what.
  private static let places = ["_FILE", "_PATH", "_ARN", "_NAME"]

  private static func speaksOfSecret(_ name: Substring) -> Bool {
    let name = name.uppercased()
    return telling.contains { name.contains($0) } && !places.contains { name.hasSuffix($0) }
  }
}

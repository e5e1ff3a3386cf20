/// The patterns of a `.dockerignore` file, and what they leave out of a build context.
///
/// A line is a pattern as Go's `filepath.Match` has it, with `**` for any number of folders; `!` takes back what an
/// earlier line left out; the last line that matches decides; a pattern that matches a folder matches all below it
/// (https://docs.docker.com/build/concepts/context/#dockerignore-files).
struct DockerIgnore: Sendable {
  private struct Rule: Sendable {
    var pattern: PathPattern
    var isException: Bool
  }

  private var rules: [Rule] = []

  /// - Throws: `GitError.wrongIgnorePattern` with its line.
  init(_ text: String) throws(GitError) {
    let text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: { $0.isNewline })
    for (index, line) in lines.enumerated() where !line.hasPrefix("#") {
      var rest = line.trimmed
      let isException = rest.hasPrefix("!")
      if isException { rest = rest.dropFirst().trimmed }
      if rest.isEmpty && !isException { continue }
      guard !rest.isEmpty, let pattern = PathPattern(cleaned(rest)) else {
        throw .wrongIgnorePattern(pattern: String(line), line: index + 1)
      }
      rules.append(Rule(pattern: pattern, isException: isException))
    }
  }

  /// The file itself and the Dockerfile are sent whatever the patterns say: the Engine needs both.
  func isIgnored(_ path: String, dockerfile: String) -> Bool {
    if path == ".dockerignore" || path == dockerfile { return false }
    var ignored = false
    for rule in rules where rule.isException == ignored && matchesPathOrParent(rule.pattern, path) {
      ignored = !rule.isException
    }
    return ignored
  }

  private func matchesPathOrParent(_ pattern: PathPattern, _ path: String) -> Bool {
    if pattern.matches(path) { return true }
    return path.indices.contains { path[$0] == "/" && pattern.matches(String(path[..<$0])) }
  }
}

/// A pattern without `.`, `..`, doubled and outer slashes, as Go's `filepath.Clean` leaves it.
private func cleaned(_ pattern: Substring) -> String {
  var parts: [Substring] = []
  for part in pattern.split(separator: "/") where part != "." {
    if part == ".." && !parts.isEmpty && parts.last != ".." {
      parts.removeLast()
    } else {
      parts.append(part)
    }
  }
  return parts.joined(separator: "/")
}

extension Substring {
  fileprivate var trimmed: Substring {
    var rest = drop { $0.isWhitespace }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }
}

/// Something in a Dockerfile that only BuildKit can build.
public struct DockerfileFinding: Equatable, Sendable {
  public enum Feature: String, Sendable {
    case mount = "RUN --mount"
    case runOption = "RUN --network or --security"
    case heredoc = "a heredoc (<<)"
    case copyOption = "COPY --link, --parents, --exclude or --chmod"
  }

  public var feature: Feature
  /// Counted from 1.
  public var line: Int
  public var text: String

  var sentence: String {
    "Line \(line) of the Dockerfile needs BuildKit, which the Engine's classic builder is not: \(feature.rawValue) in "
      + "\"\(text)\". Write that step without it."
  }
}

/// The first instruction that the classic builder refuses or, worse, takes for something else.
///
/// Asked before the upload: some versions of the Engine make an empty file of a heredoc and call it a success. A
/// `# syntax=` line is only a comment for the classic builder, so it is no finding by itself.
public func dockerfileFinding(_ dockerfile: String) -> DockerfileFinding? {
  for instruction in instructions(dockerfile) {
    let words = instruction.text.split(whereSeparator: { $0.isWhitespace })
    guard let keyword = words.first?.uppercased() else { continue }
    let options = words.dropFirst().prefix { $0.hasPrefix("--") }
    if let feature = feature(of: keyword, options: options, rest: words.dropFirst(1 + options.count)) {
      return DockerfileFinding(feature: feature, line: instruction.line, text: instruction.text)
    }
  }
  return nil
}

private func feature(
  of keyword: String, options: some Sequence<Substring>, rest: some Sequence<Substring>
) -> DockerfileFinding.Feature? {
  let names = Set(options.map { $0.prefix { $0 != "=" } })
  switch keyword {
  case "RUN":
    if names.contains("--mount") { return .mount }
    if !names.isDisjoint(with: ["--network", "--security"]) { return .runOption }
    return rest.contains(where: isHeredoc) ? .heredoc : nil
  case "COPY", "ADD":
    if !names.isDisjoint(with: ["--link", "--parents", "--exclude", "--checksum", "--chmod", "--keep-git-dir"]) {
      return .copyOption
    }
    return rest.contains(where: isHeredoc) ? .heredoc : nil
  default: return nil
  }
}

/// `<<EOF`, `<<-EOF`, `<<"EOF"`, also after a file descriptor; not `<<<` and not the shift of an arithmetic expression.
private func isHeredoc(_ word: Substring) -> Bool {
  var rest = word.drop { $0.isNumber }
  guard rest.hasPrefix("<<"), !rest.hasPrefix("<<<") else { return false }
  rest = rest.dropFirst(2)
  if rest.first == "-" { rest = rest.dropFirst() }
  return rest.first.map { $0.isLetter || $0 == "_" || $0 == "\"" || $0 == "'" } ?? false
}

/// The instructions with the number of their first line; continued lines are one, comments and empty lines are none.
private func instructions(_ dockerfile: String) -> [(line: Int, text: String)] {
  var found: [(line: Int, text: String)] = []
  var open: (line: Int, text: String)?
  let lines = dockerfile.split(omittingEmptySubsequences: false, whereSeparator: { $0.isNewline })
  for (index, line) in lines.enumerated() {
    let text = line.trimmingBlanks
    if text.isEmpty || text.hasPrefix("#") { continue }
    let isContinued = text.hasSuffix("\\")
    let part = isContinued ? text.dropLast().trimmingBlanks : text
    let joined = (open?.line ?? index + 1, open.map { "\($0.text) \(part)" } ?? String(part))
    if isContinued {
      open = joined
    } else {
      found.append(joined)
      open = nil
    }
  }
  if let open { found.append(open) }
  return found
}

extension Substring {
  fileprivate var trimmingBlanks: Substring {
    var rest = drop { $0.isWhitespace }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }
}

/// The patterns of a `.dockerignore` file, and what they leave out of a build context, as the client of Docker's classic
/// builder reads and walks (https://docs.docker.com/build/concepts/context/#dockerignore-files;
/// https://github.com/moby/patternmatcher, `ignorefile` and `MatchesUsingParentResults`).
///
/// `!` takes back what an earlier line left out; the last line that matches decides; a pattern that matches a folder
/// matches all below it. An ignored folder is looked into only where an exception's text begins with the folder's path,
/// so `!**/keep` brings nothing back from below an ignored folder.
struct DockerIgnore: Sendable {
  private struct Rule: Sendable {
    var pattern: IgnorePattern
    var isException: Bool
  }

  /// Which rules a folder matched: what is in it matches them too.
  struct FolderMatches: Sendable {
    fileprivate var matched: [Bool]
  }

  private var rules: [Rule] = []
  private var hasExceptions = false

  /// Nothing is ignored.
  init() {}

  /// - Parameter file: the file's path, for the error.
  /// - Throws: `GitError.wrongIgnorePattern` with its line.
  init(_ contents: [UInt8], file: String = ".dockerignore") throws(GitError) {
    let bom: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = contents.starts(with: bom) ? contents.dropFirst(bom.count) : contents[...]
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where line.first != UInt8(ascii: "#") {
      let pattern = trimmed(line)
      if pattern.isEmpty { continue }
      guard line.count <= DockerIgnore.lineBytesMax, let rule = DockerIgnore.rule(pattern) else {
        let shown = oneLine(String(decoding: pattern.prefix(200), as: UTF8.self))
        throw .wrongIgnorePattern(pattern: shown, file: file, line: index + 1)
      }
      add(rule)
    }
  }

  /// Docker reads the file with Go's `bufio.Scanner`, which takes no longer line.
  private static let lineBytesMax = 65535

  private static func rule(_ line: ArraySlice<UInt8>) -> Rule? {
    let mark = UInt8(ascii: "!")
    var pattern = line
    let isException = pattern.first == mark
    if isException { pattern = trimmed(pattern.dropFirst()) }
    if pattern.isEmpty { return nil }
    var text = cleaned(pattern)
    if text.count > 1, text.first == UInt8(ascii: "/") { text.removeFirst() }
    // Docker puts the mark back in front, and trims and cleans once more, which makes "!/" a mark alone.
    text = cleaned(trimmed((isException ? [mark] + text : text)[...]))
    let isNegative = text.first == mark
    if isNegative { text.removeFirst() }
    guard !text.isEmpty, let made = IgnorePattern(text) else { return nil }
    return Rule(pattern: made, isException: isNegative)
  }

  private mutating func add(_ rule: Rule) {
    rules.append(rule)
    hasExceptions = hasExceptions || rule.isException
  }

  /// Takes back a file that the Engine needs, if it is ignored. Docker adds an exception for it at the end.
  mutating func keep(_ path: [UInt8]) {
    if isIgnored(path) { add(Rule(pattern: IgnorePattern(plain: path), isException: true)) }
  }

  /// Whether `path` is ignored, with no folder known of it: for questions outside a walk.
  func isIgnored(_ path: [UInt8]) -> Bool {
    var folder: FolderMatches?
    var end = path.startIndex
    while let slash = path[end...].firstIndex(of: UInt8(ascii: "/")) {
      folder = judge(folder: Array(path[..<slash]), in: folder).matches
      end = slash + 1
    }
    return isIgnored(IgnorePath(path), in: folder)
  }

  /// Whether a file is ignored; `folder` is what the folder matched that it is in, `nil` at the root.
  func isIgnored(_ path: IgnorePath, in folder: FolderMatches?) -> Bool {
    var ignored = false
    for index in rules.indices where matches(index, path, in: folder, whileIgnored: ignored) {
      ignored = !rules[index].isException
    }
    return ignored
  }

  /// The same of a folder, with what it means for all that is in it.
  func judge(folder path: [UInt8], in folder: FolderMatches?) -> (isIgnored: Bool, matches: FolderMatches) {
    let path = IgnorePath(path)
    var ignored = false
    var matched = [Bool](repeating: false, count: rules.count)
    for index in rules.indices where matches(index, path, in: folder, whileIgnored: ignored) {
      matched[index] = true
      ignored = !rules[index].isException
    }
    return (ignored, FolderMatches(matched: matched))
  }

  /// A rule that could change nothing is not asked, and then counts as not matched by the folder.
  private func matches(
    _ index: Int, _ path: IgnorePath, in folder: FolderMatches?, whileIgnored ignored: Bool
  ) -> Bool {
    if let folder, folder.matched[index] { return true }
    return rules[index].isException == ignored && rules[index].pattern.matches(path)
  }

  /// Whether an ignored folder is walked into all the same.
  func mayKeepSomething(in folder: [UInt8]) -> Bool {
    guard hasExceptions else { return false }
    let slash = [UInt8(ascii: "/")]
    return rules.contains { $0.isException && ($0.pattern.text + slash).starts(with: folder + slash) }
  }
}

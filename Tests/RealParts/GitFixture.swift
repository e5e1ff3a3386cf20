/// A real git repository, made with the `git` program in a folder of its own.
public final class GitFixture: Sendable {
  private let folder: TemporaryFolder
  /// The work tree.
  public let path: String

  /// What one path of a commit holds.
  public enum Entry: ExpressibleByStringLiteral, Sendable {
    case file(String)
    case bytes([UInt8])
    case executable(String)
    case symlink(to: String)

    public init(stringLiteral text: String) { self = .file(text) }
  }

  /// An empty repository whose HEAD names `branch`.
  public init(branch: String = "main") throws {
    folder = try TemporaryFolder("git")
    path = folder.path + "/repository"
    try Command.check(["git", "init", "-q", "-b", branch, path], environment: GitFixture.environment)
  }

  /// Writes `files`, removes the paths of `removing`, and commits it all on the current branch; returns the commit's id.
  @discardableResult
  public func commit(
    _ files: [String: Entry], removing: [String] = [], message: String = "A change"
  ) throws -> String {
    for (name, entry) in files { try write(name, entry) }
    for name in removing { try Command.check(["rm", "-rf", "\(path)/\(name)"]) }
    try git("add", "-A")
    try git("commit", "-q", "--allow-empty", "-m", message)
    return try git("rev-parse", "HEAD")
  }

  /// Changes the work tree only.
  public func write(_ name: String, _ entry: Entry) throws {
    let file = "\(path)/\(name)"
    switch entry {
    case .file(let text): try writeFile(at: file, Array(text.utf8))
    case .bytes(let bytes): try writeFile(at: file, bytes)
    case .executable(let text): try writeFile(at: file, Array(text.utf8), mode: 0o755)
    case .symlink(let target):
      try writeFile(at: file, [])
      try Command.check(["ln", "-sfn", target, file])
    }
  }

  /// Runs git in the work tree; returns its output without the last newline.
  @discardableResult
  public func git(_ arguments: String...) throws -> String {
    let text = try Command.check(["git"] + arguments, in: path, environment: GitFixture.environment).text
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  /// A sibling folder's path, for clones and worktrees; it goes away with the fixture.
  public func sibling(_ name: String) -> String { "\(folder.path)/\(name)" }

  /// Ours, with a fixed author and no configuration of the machine.
  public static var environment: [String: String] {
    var values = currentEnvironment()
    for role in ["AUTHOR", "COMMITTER"] {
      values["GIT_\(role)_NAME"] = "Ada Example"
      values["GIT_\(role)_EMAIL"] = "ada@example.com"
    }
    values["GIT_CONFIG_GLOBAL"] = "/dev/null"
    values["GIT_CONFIG_NOSYSTEM"] = "1"
    values["GIT_ALLOW_PROTOCOL"] = "file"
    return values
  }
}

internal import CGit2
import FoundationEssentials
import Glibc

/// The variables and files that git and ssh look at, for the user who runs the program.
public struct GitEnvironment: Sendable {
  public let variables: [String: String]
  /// The user's home folder.
  public let home: String
  /// The user's name, for an ssh URL without one.
  public let user: String

  public init(variables: [String: String], home: String, user: String) {
    self.variables = variables
    self.home = home
    self.user = user
  }

  /// Of this process.
  public static var current: GitEnvironment {
    let variables = ProcessInfo.processInfo.environment
    let entry = getpwuid(getuid())?.pointee
    let home = variables["HOME"] ?? entry?.pw_dir.map { String(cString: $0) } ?? "/"
    let user = variables["LOGNAME"] ?? variables["USER"] ?? entry?.pw_name.map { String(cString: $0) } ?? "git"
    return GitEnvironment(variables: variables, home: home, user: user)
  }

  /// An empty value counts as none.
  subscript(name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

  private var configFolder: String { (self["XDG_CONFIG_HOME"] ?? "\(home)/.config") + "/git" }

  /// Where git's `store` helper keeps credentials (https://git-scm.com/docs/git-credential-store#FILES).
  var credentialFiles: [String] { ["\(home)/.git-credentials", "\(configFolder)/credentials"] }

  /// Where fetched repositories are kept (XDG Base Directory Specification: cache).
  var cacheFolder: String { (self["XDG_CACHE_HOME"] ?? "\(home)/.cache") + "/wanzami-deploy/git" }

  /// A `~` at the front is the home folder.
  func expanded(_ path: String) -> String { path.hasPrefix("~/") ? home + path.dropFirst(1) : path }

  /// The lines of a text file; a file that is not there, or cannot be read, has none.
  static func lines(_ path: String) -> [Substring] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
  }

  /// The settings of the system, the user and the environment, in the order in which later ones win: those that a
  /// repository cannot set (https://git-scm.com/docs/git-config#FILES, "Protected configuration").
  func settings() -> [GitSetting] {
    var found: [GitSetting] = []
    if self["GIT_CONFIG_NOSYSTEM"] == nil { found += GitSetting.read(self["GIT_CONFIG_SYSTEM"] ?? "/etc/gitconfig") }
    if let global = variables["GIT_CONFIG_GLOBAL"] {
      found += GitSetting.read(global)
    } else {
      found += GitSetting.read("\(configFolder)/config") + GitSetting.read("\(home)/.gitconfig")
    }
    for index in 0..<min(self["GIT_CONFIG_COUNT"].flatMap { Int($0) } ?? 0, 1000) {
      guard let name = variables["GIT_CONFIG_KEY_\(index)"], let value = variables["GIT_CONFIG_VALUE_\(index)"]
      else { continue }
      found.append(GitSetting(name: name, value: value))
    }
    return found
  }
}

/// One line of git's configuration.
struct GitSetting: Sendable {
  /// `section.key` or `section.subsection.key`; section and key in lower case.
  var name: String
  var value: String

  init(name: String, value: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let middle = parts.dropFirst().dropLast().map { ".\($0)" }.joined()
    self.name =
      (parts.first ?? "").lowercased() + middle + (parts.count > 1 ? "." + (parts.last ?? "").lowercased() : "")
    self.value = value
  }

  /// The part between section and key, where the name has that section and key.
  func subsection(of section: String, _ key: String) -> Substring? {
    guard name.hasPrefix("\(section)."), name.hasSuffix(".\(key)") else { return nil }
    return name.count > section.count + key.count + 1
      ? name.dropFirst(section.count + 1).dropLast(key.count + 1) : ""
  }

  /// The settings of a file, with those that it includes; a file that is not there or is broken has none.
  static func read(_ path: String) -> [GitSetting] {
    guard library.isReady, access(path, R_OK) == 0,
      let config = try? GitHandle.make("Reading \(path)", as: .config, { git_config_open_ondisk(&$0, path) })
    else { return [] }
    return read(config)
  }

  static func read(_ config: GitHandle) -> [GitSetting] {
    var iterator: OpaquePointer?
    guard git_config_iterator_new(&iterator, config.pointer) == 0 else { return [] }
    defer { git_config_iterator_free(iterator) }
    var found: [GitSetting] = []
    var entry: UnsafeMutablePointer<git_config_entry>?
    while git_config_next(&entry, iterator) == 0, let entry {
      guard let name = entry.pointee.name else { continue }
      let value = entry.pointee.value.map { String(cString: $0) } ?? "true"
      found.append(GitSetting(name: String(cString: name), value: value))
    }
    return found
  }
}

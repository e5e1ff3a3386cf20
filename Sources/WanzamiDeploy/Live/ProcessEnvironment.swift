import FoundationEssentials
import Glibc

/// What the process was started with: its variables, its user, its folder. Read once, at the rim.
struct ProcessEnvironment: Sendable {
  let variables: [String: String]

  static func current() -> ProcessEnvironment {
    ProcessEnvironment(variables: ProcessInfo.processInfo.environment)
  }

  /// A variable's value; an empty one counts as not set, as the AWS CLI has it.
  subscript(name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The names in a folder, sorted; an unreadable folder has none.
  func files(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// The whole text of a file; `nil`: it cannot be read, or is no UTF-8.
  func text(ofFile path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

  /// The user's home folder: `HOME`, else the one that the system knows.
  var home: String {
    self["HOME"] ?? getpwuid(getuid()).flatMap { $0.pointee.pw_dir }.map { String(cString: $0) } ?? "/"
  }

  /// Where journals are kept (XDG Base Directory Specification: state).
  var journalFolder: String {
    (self["XDG_STATE_HOME"] ?? "\(home)/.local/state") + "/wanzami-deploy/runs"
  }

  /// Who releases, as CI or the system names them.
  var actor: String {
    self["GITHUB_ACTOR"] ?? self["GITLAB_USER_LOGIN"] ?? self["USER"] ?? self["LOGNAME"]
      ?? getpwuid(getuid()).flatMap { $0.pointee.pw_name }.map { String(cString: $0) } ?? "uid-\(getuid())"
  }
}

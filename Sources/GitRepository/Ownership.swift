internal import CGit2
import Glibc

/// Git's own rule on whose repositories are read: the user's, and those that `safe.directory` names in the settings that
/// no repository can set (https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory).
///
/// libgit2 1.5 has a narrower one: it knows no `*`, and neither `GIT_CONFIG_GLOBAL` nor `GIT_CONFIG_COUNT`.
enum Ownership {
  /// The folder by which `safe.directory` would name the repository, where it is another user's; `nil`: it may be read.
  static func refusedFolder(_ repository: GitHandle, _ environment: GitEnvironment) -> String? {
    let folder = git_repository_path(repository.pointer).map { String(cString: $0) } ?? ""
    let workTree = git_repository_workdir(repository.pointer).map { String(cString: $0) }
    let named = trimmed(workTree ?? folder)
    var places = [folder]
    if let workTree { places += [workTree, "\(workTree).git"] }
    if places.allSatisfy({ isOurs($0, environment) }) { return nil }
    return isSafe(named, environment) ? nil : named
  }

  private static func isOurs(_ path: String, _ environment: GitEnvironment) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0 else { return true }
    let user = geteuid()
    if status.st_uid == user { return true }
    // Root by sudo is also the user who called it.
    return user == 0 && environment["SUDO_UID"].flatMap { UInt32($0) } == status.st_uid
  }

  private static func isSafe(_ folder: String, _ environment: GitEnvironment) -> Bool {
    var isSafe = false
    for setting in environment.settings() where setting.name == "safe.directory" {
      let value = environment.expanded(setting.value)
      if value.isEmpty {
        isSafe = false
      } else if value == "*" || trimmed(value) == folder || value.hasSuffix("/*") && folder.hasPrefix(value.dropLast())
      {
        isSafe = true
      }
    }
    return isSafe
  }

  private static func trimmed(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }
}

import ChildProcesses
import Glibc

/// The program's path; `nil`: not installed.
func locate(_ program: String) -> String? {
  if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
  let path = getenv("PATH").map { String(cString: $0) } ?? ""
  let folders =
    path.split(separator: ":").map(String.init) + ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"]
  return folders.lazy.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
}

/// Whether a child was started.
enum SpawnResult: Sendable {
  case started(pid_t)
  case failed(errno: Int32)
}

/// The descriptors as 3, 4, …, by way of numbers above all of them, so that none is overwritten before it was copied.
private func handed(_ inherited: [Int32]) -> [ChildFile] {
  let first = ChildServer.firstInherited
  let above = max(inherited.max() ?? 0, first + Int32(inherited.count)) + 1
  let places = inherited.enumerated().map { (file: $1, place: Int32($0)) }
  return places.map { .copy(of: $0.file, at: above + $0.place) }
    + places.map { .copy(of: above + $0.place, at: first + $0.place) }
}

/// Starts `words[0]` with empty standard input, both outputs appended to `log`, and `inherited` from 3 on. It has a
/// process group of its own: Ctrl-C at the terminal is for the sandbox, which then stops its parts in order.
func spawn(_ words: [String], log: String, environment: [String: String], inherited: [Int32])
  -> SpawnResult
{
  let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  let outputs: [ChildFile] = [
    .open("/dev/null", flags: O_RDONLY, at: 0), .open(log, flags: O_WRONLY | O_CREAT | O_APPEND, at: 1),
    .copy(of: 1, at: 2),
  ]
  let (code, pid) = ChildProcesses.spawn(
    words[0], words, environment: ["PATH": path].merging(environment) { $1 }, isOfOwnGroup: true,
    closingFrom: ChildServer.firstInherited + Int32(inherited.count), files: outputs + handed(inherited))
  return code == 0 ? .started(pid) : .failed(errno: code)
}

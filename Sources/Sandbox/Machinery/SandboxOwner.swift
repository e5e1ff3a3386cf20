import Glibc

/// Which process a container belongs to, as a label on it tells: good enough to know a crashed owner from a living one.
///
/// A process id alone is used again, and means another process in another container's name space; so the label holds
/// the name space, the id and the process's start time (proc(5), `/proc/<pid>/stat`, field 22).
struct SandboxOwner: Equatable, Sendable {
  static let label = "wanzami-deploy.sandbox.owner"

  var processNamespace: String
  var pid: Int32
  var started: String

  /// This process.
  static func current() -> SandboxOwner {
    let pid = getpid()
    return SandboxOwner(
      processNamespace: currentNamespace(), pid: pid, started: startTime(of: pid) ?? "unknown")
  }

  var text: String { "\(processNamespace) \(pid) \(started)" }

  init(processNamespace: String, pid: Int32, started: String) {
    self.processNamespace = processNamespace
    self.pid = pid
    self.started = started
  }

  /// Parses a label's value.
  init?(_ text: String) {
    let parts = text.split(separator: " ")
    guard parts.count == 3, let pid = Int32(parts[1]) else { return nil }
    self.init(processNamespace: String(parts[0]), pid: pid, started: String(parts[2]))
  }

  /// Whether the owner is surely gone: it lived where we can see, and no such process is there.
  var isGone: Bool {
    processNamespace == SandboxOwner.currentNamespace() && SandboxOwner.startTime(of: pid) != started
  }

  private static func currentNamespace() -> String {
    var buffer = [UInt8](repeating: 0, count: 128)
    let count = buffer.withUnsafeMutableBytes { space in
      space.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { readlink("/proc/self/ns/pid", $0, text.count) } ?? -1
      }
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : "unknown"
  }

  private static func startTime(of pid: Int32) -> String? {
    let descriptor = open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &buffer, buffer.count)
    guard count > 0, let name = buffer[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
    // After the name come the fields from 3 on.
    let fields = String(decoding: buffer[(name + 1)..<count], as: UTF8.self).split(separator: " ")
    guard fields.count > 19, fields[0] != "Z" else { return nil }
    return String(fields[19])
  }
}

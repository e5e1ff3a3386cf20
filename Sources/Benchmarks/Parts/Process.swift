import Foundation
import RealParts

/// What Linux knows of a process that runs.
enum ProcessFigures {
  /// Processor time of its living threads, in seconds (proc(5), `/proc/<pid>/schedstat`).
  static func seconds(of pid: pid_t) throws -> Double {
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
    let nanoseconds = tasks.compactMap { task -> Double? in
      let line = try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/schedstat", encoding: .utf8)
      return line?.split(separator: " ").first.flatMap { Double($0) }
    }
    return nanoseconds.reduce(0, +) / 1e9
  }

  /// Anonymous memory now, and the peak of resident memory, in bytes.
  static func memory(of pid: pid_t) throws -> (anonymous: Double, peak: Double) {
    let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    func kibibytes(_ name: String) throws -> Double {
      let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
      guard let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) }) else {
        throw FixtureFailure("/proc/\(pid)/status has no \(name)")
      }
      return number * 1024
    }
    return (try kibibytes("RssAnon"), try kibibytes("VmHWM"))
  }
}

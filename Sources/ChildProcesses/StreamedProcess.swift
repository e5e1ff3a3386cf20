import Glibc
import Synchronization

/// A program on this machine that is watched while it runs: its output line by line, its end, and a way to stop it with
/// all that it started. It has an empty standard input, and a process group of its own: Ctrl-C at the terminal is ours.
public final class StreamedProcess: Sendable {
  /// How long a program that was asked to end may take.
  public static let grace = Duration.seconds(10)
  /// A longer line is cut into several.
  public static let lineBytesMax = 1 << 16

  private let words: [String]
  private let environment: [String: String]
  private let tell: @Sendable (String) -> Void
  private let isStopped = Atomic(false)

  private init(_ words: [String], _ environment: [String: String], tell: @escaping @Sendable (String) -> Void) {
    self.words = words
    self.environment = environment
    self.tell = tell
  }

  /// Runs `words` to their end, and gives the exit status, or 128 and the signal that ended it. When the task is
  /// cancelled, the program's group gets SIGTERM, and SIGKILL after ``grace``.
  ///
  /// - Parameters:
  ///   - words: the program, found in PATH where it has no slash, and its arguments.
  ///   - environment: all its environment.
  ///   - tell: gets each line of both outputs, from a thread of its own.
  public static func run(
    _ words: [String], environment: [String: String], tell: @escaping @Sendable (String) -> Void
  ) async throws(ChildProcess.Failure) -> Int32 {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .notStarted(errno: errno)
    }
    let (reading, writing) = (ends[0], ends[1])
    let process = StreamedProcess(words, environment, tell: tell)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Result<Int32, ChildProcess.Failure>, Never>) in
        runOnOwnThread { continuation.resume(returning: process.perform(reading: reading, writing: writing)) }
      }
    } onCancel: {
      process.isStopped.store(true, ordering: .relaxed)
    }
    return try result.get()
  }

  /// On a thread of its own: starts, reads, reaps.
  private func perform(reading: Int32, writing: Int32) -> Result<Int32, ChildProcess.Failure> {
    defer { close(reading) }
    let (code, pid) = spawn(output: writing)
    close(writing)
    guard code == 0 else { return .failure(.notStarted(errno: code)) }
    var lines = LineCutter(bytesMax: StreamedProcess.lineBytesMax)
    var stop = Stop(pid: pid)
    var isOpen = true
    var status: Int32?
    var linger: ContinuousClock.Instant?
    while true {
      if isStopped.load(ordering: .relaxed), status == nil { stop.advance() }
      if isOpen { isOpen = read(reading, into: &lines) } else { usleep(10_000) }
      if status == nil { status = ended(pid) }
      guard let status else { continue }
      // What it left running in the background may hold the output open for ever.
      let deadline = linger ?? .now + .seconds(1)
      linger = deadline
      guard !isOpen || ContinuousClock.now >= deadline else { continue }
      if let rest = lines.rest() { tell(rest) }
      return .success(status)
    }
  }

  private func spawn(output: Int32) -> (code: Int32, pid: pid_t) {
    ChildProcesses.spawn(
      words[0], words, environment: environment, isOfOwnGroup: true, closingFrom: 3,
      files: [.open("/dev/null", flags: O_RDONLY, at: 0), .copy(of: output, at: 1), .copy(of: output, at: 2)])
  }

  /// Waits a little for output; `false`: there will be none any more.
  private func read(_ file: Int32, into lines: inout LineCutter) -> Bool {
    var end = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
    guard poll(&end, 1, 50) > 0 else { return true }
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let count = Glibc.read(file, &buffer, buffer.count)
    if count < 0 { return errno == EINTR || errno == EAGAIN }
    guard count > 0 else { return false }
    for line in lines.cut(buffer[..<count]) { tell(line) }
    return true
  }

  private func ended(_ pid: pid_t) -> Int32? {
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
    return exitStatus(status)
  }

  /// SIGTERM once, SIGKILL when the grace is over; to the whole group.
  private struct Stop {
    let pid: pid_t
    var deadline: ContinuousClock.Instant?

    mutating func advance() {
      guard let deadline else {
        self.deadline = .now + StreamedProcess.grace
        kill(-pid, SIGTERM)
        return
      }
      if ContinuousClock.now >= deadline { kill(-pid, SIGKILL) }
    }
  }
}

/// Bytes that come in pieces, as whole lines without their ends.
public struct LineCutter: Sendable {
  private var carry: [UInt8] = []
  private let bytesMax: Int

  /// - Parameter bytesMax: a longer line is cut into several.
  public init(bytesMax: Int) { self.bytesMax = bytesMax }

  public mutating func cut(_ bytes: some Sequence<UInt8>) -> [String] {
    var lines: [String] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n") || carry.count >= bytesMax {
        lines.append(text(carry))
        carry = byte == UInt8(ascii: "\n") ? [] : [byte]
      } else {
        carry.append(byte)
      }
    }
    return lines
  }

  /// What came after the last line's end; `nil`: nothing.
  public mutating func rest() -> String? {
    defer { carry = [] }
    return carry.isEmpty ? nil : text(carry)
  }

  private func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes[...], as: UTF8.self)
  }
}

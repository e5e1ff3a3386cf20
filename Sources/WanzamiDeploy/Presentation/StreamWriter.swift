import Dispatch
import Glibc
import Synchronization

/// Writes to the standard streams in order, on a thread of its own: whoever has something to say never waits for the
/// reader.
final class StreamWriter: Sendable {
  /// What may wait for a reader that does not read; beyond it lines are left out, and that is said.
  static let waitingBytesMax = 16 << 20

  private struct State {
    var waitingBytes = 0
    var leftOut = 0
  }

  private let queue = DispatchQueue(label: "standard streams")
  private let state = Mutex(State())
  private let output: Int32
  private let errors: Int32

  init(output: Int32 = STDOUT_FILENO, errors: Int32 = STDERR_FILENO) {
    self.output = output
    self.errors = errors
  }

  /// Takes whole lines, each text without its last line's end.
  func write(_ shown: Shown) {
    if let text = shown.progress { enqueue(text + "\n", to: errors) }
    if let text = shown.result { enqueue(text + "\n", to: output) }
  }

  /// Takes text for standard error as it is.
  func draw(_ text: String) {
    if !text.isEmpty { enqueue(text, to: errors) }
  }

  /// Whether the reader does not keep up: what is only for show is then left out.
  var isBehind: Bool { state.withLock { $0.waitingBytes > 64 << 10 } }

  private func enqueue(_ text: String, to file: Int32) {
    let bytes = Array(text.utf8)
    let notice = state.withLock { state -> [UInt8]? in
      guard state.waitingBytes + bytes.count <= StreamWriter.waitingBytesMax else {
        state.leftOut += 1
        return nil
      }
      let notice = state.leftOut == 0 ? "" : "(\(state.leftOut) messages were left out: nobody read them)\n"
      state.leftOut = 0
      state.waitingBytes += bytes.count
      return Array(notice.utf8)
    }
    guard let notice else { return }
    queue.async { [self] in
      Console.write(notice + bytes, to: file)
      state.withLock { $0.waitingBytes -= bytes.count }
    }
  }

  /// Returns when all that was taken so far is written, however slowly it is read.
  func drain() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      queue.async { continuation.resume() }
    }
  }
}

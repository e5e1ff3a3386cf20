import Glibc

/// The standard streams: results go to standard output, everything else to standard error.
enum Console {
  static func result(_ text: String) { write(Array("\(text)\n".utf8), to: STDOUT_FILENO) }

  static func error(_ text: String) { write(Array("\(text)\n".utf8), to: STDERR_FILENO) }

  /// Writes all of it; a stream that is closed or full is given up, for there is nobody left to tell.
  static func write(_ all: [UInt8], to file: Int32) {
    var bytes = all[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count < 0 && errno == EAGAIN {
        // Another program left the stream without blocking.
        var end = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
        poll(&end, 1, -1)
        continue
      }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}

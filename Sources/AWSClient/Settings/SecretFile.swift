import Glibc

/// A file that only its owner may read, replaced whole or not at all.
struct SecretFile {
  let path: String

  /// The file could not be written.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Writes a new file beside the old one and renames it; what was not finished is removed.
  func replace(with bytes: [UInt8]) throws(Failure) {
    let draft = "\(path).\(getpid())"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw failure(draft) }
    let isWritten = write(descriptor, bytes, bytes.count) == bytes.count
    guard close(descriptor) == 0, isWritten, rename(draft, path) == 0 else {
      let failure = failure(draft)
      unlink(draft)
      throw failure
    }
  }

  private func failure(_ draft: String) -> Failure {
    Failure(description: "\(draft): \(String(cString: strerror(errno)))")
  }
}

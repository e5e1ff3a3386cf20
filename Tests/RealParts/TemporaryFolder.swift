import Glibc

/// A fresh folder under the system's temporary one, removed with all it holds when the value goes away.
///
/// The path is short (a Unix socket's path must fit 108 bytes) and has no symbolic link in it.
public final class TemporaryFolder: Sendable {
  public let path: String

  /// - Parameter label: the start of the folder's name, for whoever finds it after a crash.
  public init(_ label: String = "wanzami") throws {
    var template = Array("/tmp/\(label)-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw FixtureFailure("mkdtemp \(label): errno \(errno)") }
    path = String(cString: made)
  }

  deinit { remove() }

  /// Removes the folder now; a second call does nothing.
  public func remove() {
    _ = try? Command.run(["rm", "-rf", path])
  }

  /// Writes a file below the folder, with the folders that it needs.
  @discardableResult
  public func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws -> String {
    try write(name, Array(text.utf8), mode: mode)
  }

  /// Writes a file below the folder, with the folders that it needs.
  @discardableResult
  public func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws -> String {
    try writeFile(at: "\(path)/\(name)", bytes, mode: mode)
    return "\(path)/\(name)"
  }
}

/// Runs `body` with a fresh folder, which is gone afterwards.
public func withTemporaryFolder<R>(
  isolation: isolated (any Actor)? = #isolation, _ body: (TemporaryFolder) async throws -> R
) async throws -> R {
  let folder = try TemporaryFolder()
  defer { folder.remove() }
  return try await body(folder)
}

/// A fixture that could not be set up, and why.
public struct FixtureFailure: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

func makeFolders(_ path: String) throws {
  var made = ""
  for part in path.split(separator: "/") {
    made += "/\(part)"
    if mkdir(made, 0o755) != 0, errno != EEXIST { throw FixtureFailure("mkdir \(made): errno \(errno)") }
  }
}

func writeFile(at path: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws {
  if let slash = path.lastIndex(of: "/") { try makeFolders(String(path[..<slash])) }
  unlink(path)
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
  guard descriptor >= 0 else { throw FixtureFailure("open \(path): errno \(errno)") }
  defer { close(descriptor) }
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { throw FixtureFailure("write \(path): errno \(errno)") }
    rest = rest.dropFirst(count)
  }
  fchmod(descriptor, mode)
}

func readFile(_ path: String) throws -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FixtureFailure("open \(path): errno \(errno)") }
  defer { close(descriptor) }
  return readAll(descriptor)
}

func readAll(_ descriptor: Int32) -> [UInt8] {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return bytes }
    bytes += buffer[..<count]
  }
}

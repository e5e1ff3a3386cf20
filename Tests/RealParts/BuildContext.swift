/// A build context as a tar archive, for tests that need no repository.
public enum BuildContext {
  /// The archive of `files`, made with the `tar` program.
  public static func archive(_ files: [String: [UInt8]], executable: Set<String> = []) throws -> [UInt8] {
    let folder = try TemporaryFolder("context")
    try Command.check(["mkdir", "\(folder.path)/files"])
    for (name, bytes) in files {
      try folder.write("files/\(name)", bytes, mode: executable.contains(name) ? 0o755 : 0o644)
    }
    let archive = "\(folder.path)/context.tar"
    try Command.check(["tar", "-cf", archive, "-C", "\(folder.path)/files", "."])
    return try readFile(archive)
  }
}

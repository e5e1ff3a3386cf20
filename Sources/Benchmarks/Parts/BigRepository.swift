import Foundation
import RealParts

/// A git repository with a large folder `backend`, packed, the same bytes each time.
struct BigRepository: Sendable {
  let path: String
  let commit: String
  /// Of the contents, in bytes.
  let bytes: Int
  let largest: Int

  /// Text-like files with a few large ones among them: one in a thousand has a hundred times the usual size.
  ///
  /// - Parameters:
  ///   - files: how many.
  ///   - bytes: roughly, all together.
  init(in folder: TemporaryFolder, files: Int, bytes: Int) throws {
    let path = folder.path + "/big"
    let environment = GitFixture.environment
    try Command.check(["git", "init", "--quiet", "--bare", "--initial-branch", "main", path], environment: environment)
    let usual = bytes / (files + files / 1000 * 99)
    let stream = folder.path + "/stream"
    let (total, largest) = try BigRepository.write(to: stream, files: files, usual: usual)
    try Command.check(
      ["bash", "-c", "git -c core.compression=1 fast-import --quiet --depth=0 <\(stream)"], in: path,
      environment: environment)
    try FileManager.default.removeItem(atPath: stream)
    self.path = path
    self.bytes = total
    self.largest = largest
    commit = try Command.check(["git", "rev-parse", "main"], in: path, environment: environment).text
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Writes the stream that git fast-import reads.
  private static func write(to file: String, files: Int, usual: Int) throws -> (bytes: Int, largest: Int) {
    _ = FileManager.default.createFile(atPath: file, contents: nil)
    let handle = try FileHandle(forWritingTo: URL(filePath: file))
    defer { try? handle.close() }
    let pool = words(bytes: 8 << 20)
    var (total, largest) = (0, 0)
    var buffer = Data()
    func add(_ path: String, _ contents: Data) {
      buffer.append(Data("M 100644 inline \(path)\ndata \(contents.count)\n".utf8))
      buffer.append(contents)
      buffer.append(UInt8(ascii: "\n"))
      total += contents.count
      largest = max(largest, contents.count)
    }
    buffer.append(
      Data("commit refs/heads/main\ncommitter Ada Example <ada@example.com> 1790000000 +0000\ndata 4\nBig\n\n".utf8))
    add("backend/Dockerfile", Data("FROM scratch\nCOPY small /small\n".utf8))
    add("backend/small", Data("small\n".utf8))
    for index in 0..<files {
      let size = index % 1000 == 999 ? usual * 100 : usual / 2 + index * 7919 % usual
      var contents = Data("file \(index)\n".utf8)
      while contents.count < size {
        let start = (index &* 104_729 &+ contents.count) % (pool.count / 2)
        contents.append(pool[start..<min(pool.count, start + size - contents.count)])
      }
      add("backend/folder\(index / 200)/file\(index).txt", contents)
      if buffer.count > 4 << 20 {
        try handle.write(contentsOf: buffer)
        buffer.removeAll(keepingCapacity: true)
      }
    }
    try handle.write(contentsOf: buffer + Data("\n".utf8))
    return (total, largest)
  }

  /// Words by chance, the same each time: they shrink to about a third, as source text does.
  private static func words(bytes: Int) -> Data {
    var state: UInt64 = 88_172_645_463_325_252
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    var text = Data(capacity: bytes + 16)
    while text.count < bytes {
      let number = next()
      for place in 0..<(3 + number % 7) { text.append(UInt8(ascii: "a") + UInt8(number >> (place * 5 + 3) & 15)) }
      text.append(number % 11 == 0 ? UInt8(ascii: "\n") : UInt8(ascii: " "))
    }
    return text
  }
}

/// Writes a POSIX ustar archive with pax records where a field does not fit (IEEE Std 1003.1, pax, "ustar Interchange
/// Format" and "pax Header Block").
///
/// Owner and group are 0 and every time is the same, so that equal trees give equal bytes. The bytes go out in pieces of
/// `pieceSize`.
struct TarWriter<Failure: Error> {
  enum Kind: UInt8 {
    case file = 0x30
    case symlink = 0x32
    case folder = 0x35
    case paxRecords = 0x78
  }

  /// 1980-01-02T00:00:00Z: not 1970, for zip archives know no time before 1980, and what packs files into one in a build
  /// step (a Python wheel, a jar) fails on older files; the second day, for whoever is west of Greenwich.
  private static var modifiedAt: Int { 315_619_200 }
  private static var blockSize: Int { 512 }
  private static var pieceSize: Int { 256 * 1024 }
  /// The largest size that 11 octal digits hold.
  private static var sizeMax: Int { 0o777_7777_7777 }

  private var buffer: [UInt8] = []
  private let output: ([UInt8]) throws(Failure) -> Void

  init(output: @escaping ([UInt8]) throws(Failure) -> Void) {
    self.output = output
    buffer.reserveCapacity(Self.pieceSize)
  }

  mutating func file(_ path: [UInt8], isExecutable: Bool, bytes: UnsafeRawBufferPointer) throws(Failure) {
    try entry(.file, path, mode: isExecutable ? 0o755 : 0o644, link: [], size: bytes.count)
    try append(bytes)
    try pad(after: bytes.count)
  }

  mutating func symlink(_ path: [UInt8], to target: [UInt8]) throws(Failure) {
    try entry(.symlink, path, mode: 0o777, link: target, size: 0)
  }

  mutating func folder(_ path: [UInt8]) throws(Failure) {
    try entry(.folder, path + [UInt8(ascii: "/")], mode: 0o755, link: [], size: 0)
  }

  /// Two empty blocks, and what still waits. Nothing may follow.
  mutating func finish() throws(Failure) {
    try append([UInt8](repeating: 0, count: 2 * Self.blockSize))
    if !buffer.isEmpty { try output(buffer) }
    buffer = []
  }

  private mutating func entry(
    _ kind: Kind, _ path: [UInt8], mode: Int, link: [UInt8], size: Int
  ) throws(Failure) {
    var records: [UInt8] = []
    if !Self.fits(path) { records += Self.record("path", path) }
    if !Self.fits(link) { records += Self.record("linkpath", link) }
    if size > Self.sizeMax { records += Self.record("size", Array(String(size).utf8)) }
    if !records.isEmpty {
      try append(Self.header(.paxRecords, Array("pax".utf8), mode: 0o644, link: [], size: records.count))
      try append(records)
      try pad(after: records.count)
    }
    try append(Self.header(kind, path, mode: mode, link: link, size: min(size, Self.sizeMax)))
  }

  private mutating func append(_ bytes: [UInt8]) throws(Failure) {
    let appended: Result<Void, Failure> = bytes.withUnsafeBytes { bytes in
      do throws(Failure) {
        return .success(try append(bytes))
      } catch {
        return .failure(error)
      }
    }
    try appended.get()
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(Self.pieceSize - buffer.count)
      buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: part))
      rest = rest.dropFirst(part.count)
      if buffer.count == Self.pieceSize {
        try output(buffer)
        // The reader keeps the piece: the next one gets memory of its own.
        buffer = []
        buffer.reserveCapacity(Self.pieceSize)
      }
    }
  }

  private mutating func pad(after count: Int) throws(Failure) {
    let over = count % Self.blockSize
    if over > 0 { try append([UInt8](repeating: 0, count: Self.blockSize - over)) }
  }

  /// Whether a name may stand in its field of 100 bytes as it is: the field's character set is ASCII.
  private static func fits(_ name: [UInt8]) -> Bool {
    name.count <= 100 && name.allSatisfy { $0 < 0x80 }
  }

  /// "<length> <key>=<value>\n", where the length counts itself.
  private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let rest = [UInt8(ascii: " ")] + Array(key.utf8) + [UInt8(ascii: "=")] + value + [UInt8(ascii: "\n")]
    var count = rest.count + 1
    while String(count).utf8.count + rest.count != count { count = String(count).utf8.count + rest.count }
    return Array(String(count).utf8) + rest
  }

  private static func header(_ kind: Kind, _ path: [UInt8], mode: Int, link: [UInt8], size: Int) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: blockSize)
    func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
      for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
    }
    func octal(_ value: Int, digits: Int) -> String.UTF8View {
      let text = String(value, radix: 8)
      return (String(repeating: "0", count: digits - text.count) + text).utf8
    }
    put(path.prefix(100), at: 0)
    put(octal(mode, digits: 7), at: 100)
    put(octal(0, digits: 7), at: 108)
    put(octal(0, digits: 7), at: 116)
    put(octal(size, digits: 11), at: 124)
    put(octal(modifiedAt, digits: 11), at: 136)
    put("        ".utf8, at: 148)
    block[156] = kind.rawValue
    put(link.prefix(100), at: 157)
    put("ustar\u{0}00".utf8, at: 257)
    let sum = block.reduce(0) { $0 + Int($1) }
    put(octal(sum, digits: 6), at: 148)
    block[154] = 0
    return block
  }
}

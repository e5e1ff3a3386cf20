/// What an instance's boot has written: what was done, and what went wrong.
struct InstanceConsole: Equatable, Sendable {
  private(set) var lines: [String] = []

  mutating func append(_ line: String) { lines.append(line) }

  /// The console with the container's own output after the boot's lines, cut from the front to what EC2 keeps: the
  /// last 64 KiB (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html).
  func bytes(followedBy output: [UInt8], and end: String?) -> [UInt8] {
    var bytes = Array(lines.map { "\($0)\n" }.joined().utf8) + output
    if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
    if let end { bytes += Array("\(end)\n".utf8) }
    return Array(bytes.suffix(64 << 10))
  }
}

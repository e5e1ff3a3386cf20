import Foundation
import Glibc
import Testing

@testable import WanzamiDeploy

@Suite("The standard streams")
struct StreamWriterTests {
  @Test("a reader that does not read holds nobody; what it reads later is whole and in order")
  func slow() async throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    let writer = StreamWriter(output: writing, errors: writing)
    let line = String(repeating: "x", count: 1000)
    // Twice what a pipe holds: were the writer to wait for its reader, this would never end.
    for number in 0..<140 { writer.write(Shown(progress: "\(number) \(line)")) }
    let read = Reader(reading)
    await writer.drain()
    close(writing)
    let lines = (await read.all()).split(separator: UInt8(ascii: "\n"))
    close(reading)
    #expect(lines.count == 140)
    #expect(lines.enumerated().allSatisfy { String(decoding: $1.prefix(4), as: UTF8.self).hasPrefix("\($0) ") })
  }

  @Test("a reader that never reads costs a bounded memory, and hears how much was left out")
  func bounded() async throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    let writer = StreamWriter(output: writing, errors: writing)
    let chunk = String(repeating: "y", count: 1 << 20)
    for _ in 0..<20 { writer.write(Shown(progress: chunk)) }
    let read = Reader(reading)
    await writer.drain()
    writer.write(Shown(progress: "last"))
    await writer.drain()
    close(writing)
    let text = String(decoding: (await read.all()), as: UTF8.self)
    close(reading)
    let whole = text.split(separator: "\n").filter { $0.count == 1 << 20 }.count
    #expect(whole == 15)
    #expect(text.hasSuffix("(5 messages were left out: nobody read them)\nlast\n"))
  }

  @Test("a stream that another program left without blocking loses nothing")
  func nonBlocking() async throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    _ = fcntl(writing, F_SETFL, fcntl(writing, F_GETFL) | O_NONBLOCK)
    let writer = StreamWriter(output: writing, errors: writing)
    let text = String(repeating: "z", count: 300_000)
    writer.write(Shown(result: text))
    let read = Reader(reading)
    await writer.drain()
    close(writing)
    #expect((await read.all()).count == text.count + 1)
    close(reading)
  }
}

/// Reads a stream to its end on a thread of its own.
private final class Reader: Sendable {
  private let stream: AsyncStream<[UInt8]>

  init(_ file: Int32) {
    let (stream, feed) = AsyncStream<[UInt8]>.makeStream()
    self.stream = stream
    Thread.detachNewThread {
      var all: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = read(file, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { break }
        all += buffer[..<count]
      }
      feed.yield(all)
      feed.finish()
    }
  }

  func all() async -> [UInt8] { await stream.first { _ in true } ?? [] }
}

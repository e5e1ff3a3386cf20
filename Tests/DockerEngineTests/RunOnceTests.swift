import Foundation
import RealParts
import Synchronization
import Testing

@testable import DockerEngine

extension EngineSuite {
  @Suite("A container run once")
  struct RunOnceTests {
    @Test("its frames are put together wherever they were cut", arguments: 1...11)
    func frames(size: Int) {
      let bytes: [UInt8] =
        [1, 0, 0, 0, 0, 0, 0, 4] + Array("one\n".utf8) + [2, 0, 0, 0, 0, 0, 0, 6] + Array("two\r\nt".utf8)
        + [1, 0, 0, 0, 0, 0, 0, 4] + Array("hree".utf8)
      var frames = LogFrames()
      var lines: [String] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        lines += frames.take(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      #expect(lines == ["one", "two"])
      #expect(frames.rest() == "three")
    }
  }
}

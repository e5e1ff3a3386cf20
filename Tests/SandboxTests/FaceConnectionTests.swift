import NIOCore
import NIOPosix
import SimulatedAWS
import Testing

@testable import Sandbox

/// The bare connection, as bytes.
@Suite("A connection to the sandbox")
struct FaceConnectionTests {
  @Test("two requests on one connection are both answered, in order")
  func keepsAlive() async throws {
    let request = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 41\r\n\r\nAction=GetCallerIdentity&Version=20110615"
    let text = try await exchange(request + request, until: 2)
    #expect(text.components(of: "HTTP/1.1 403").count == 3)
    #expect(text.components(of: "MissingAuthenticationToken").count == 3)
    #expect(!text.contains("close"))
  }

  @Test("a body over the limit is refused and the connection closed")
  func bodyLimit() async throws {
    let size = SandboxServer.bodyBytesMax + 1
    let text = try await exchange(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n" + String(repeating: "x", count: size), until: 1)
    #expect(text.hasPrefix("HTTP/1.1 413"))
    #expect(text.lowercased().contains("connection: close"))
  }

  @Test("what is no HTTP gets 400")
  func garbage() async throws {
    let text = try await exchange("what is this\r\n\r\n", until: 1)
    #expect(text.hasPrefix("HTTP/1.1 400"))
  }

  /// Sends bytes to a fresh sandbox and reads until `count` answers have begun and the last is complete, or the end.
  private func exchange(_ bytes: String, until count: Int) async throws -> String {
    let world = SandboxWorld(World(seed: 1, at: WallClock.now), host: SimulatedHost().port)
    let server = try await SandboxServer.start(world: world, images: .inMemory(proxyEndpoint: ""))
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: server.port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    let text = try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: bytes))
      var text = ""
      for try await part in inbound {
        text += String(buffer: part)
        if text.components(of: "HTTP/1.1 ").count > count, text.hasSuffix("</ErrorResponse>") || text.hasSuffix("\n") {
          break
        }
      }
      return text
    }
    await server.stop()
    return text
  }
}

extension String {
  fileprivate func components(of separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}

import Foundation
import HTTPTransport
import Testing

@testable import Sandbox

@Suite("The sandbox's registry", .enabled(if: locate("docker-registry") != nil, "docker-registry is not installed"))
struct MachineryRegistryTests {
  @Test("it lets in its own password and nobody else's")
  func passwords() async throws {
    let folder = try MachineryFolder()
    let registry = try await RegistryServer.start(folder: folder.path)
    let transport = HTTPTransport()
    func status(_ password: String?) async throws -> Int {
      var request = HTTPRequest(url: "\(registry.endpoint)/v2/")
      if let password {
        let text = Data("\(registry.user):\(password)".utf8).base64EncodedString()
        request.headers = [HTTPHeader("Authorization", "Basic \(text)")]
      }
      return try await transport.send(request).status
    }
    #expect(try await status(nil) == 401)
    #expect(try await status("wrong") == 401)
    #expect(try await status(registry.password.revealed) == 200)
    #expect(!"\(registry.credentials) \(registry.password)".contains(registry.password.revealed))
    await registry.stop()
    await #expect(throws: HTTPTransportError.self) { try await status(nil) }
    transport.close()
  }

  @Test("a program that is not there is named with its Debian package")
  func missingProgram() async throws {
    await #expect(throws: SandboxError.self) {
      _ = try await ChildServer.start("no-such-program", [], package: "nowhere", log: "/dev/null")
    }
  }

  @Test("the listening address is read only once its line is complete")
  func listeningLine() {
    #expect(listeningAddress(in: "level=info msg=\"listening on 127.0.0.1:41733\" go") == "127.0.0.1:41733")
    #expect(listeningAddress(in: "level=info msg=\"listening on 127.0.0.1:417") == nil)
    #expect(listeningAddress(in: "") == nil)
  }
}

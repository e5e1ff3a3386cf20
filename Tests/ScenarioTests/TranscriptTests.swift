import Foundation
import RealParts
import Testing

/// What an operator reads, command by command and end by end: see ``Transcript`` for how to record.
@Suite("Transcripts", .serialized, .enabled(if: RealRegistry.isInstalled, "no docker-registry"))
struct TranscriptTests {
  @Test("status and history of a fleet that was never released to")
  func fresh() async throws {
    try await Stage.with(fleet: "instanceType: t4g.small", hasEngine: false) { stage in
      let transcript = Transcript("status/never-released", of: stage)
      try await transcript.run("status")
      try await transcript.run("history")
      try transcript.check()
    }
  }

  @Test("each file is named by a test")
  func noneLeftOver() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    let sources = try FileManager.default.contentsOfDirectory(atPath: tests.path()).filter { $0.hasSuffix(".swift") }
      .map { try String(contentsOf: tests.appending(path: $0), encoding: .utf8) }.joined()
    let files = try FileManager.default.subpathsOfDirectory(atPath: Transcript.folder.path())
      .filter { $0.hasSuffix(".txt") }
    #expect(!files.isEmpty)
    for file in files { #expect(sources.contains("\"\(file.dropLast(4))\""), "\(file)") }
  }
}

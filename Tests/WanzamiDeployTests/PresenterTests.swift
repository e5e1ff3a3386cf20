import ReleaseCore
import Testing

@testable import WanzamiDeploy

@Suite("What a run says on a terminal")
struct PresenterTests {
  @Test("a line carries the seconds since the start, and the word of its level")
  func line() {
    let warning = Announcement("warning", .warning, [], "alarm p99 is red")
    #expect(PlainFace.lines(warning, elapsed: .milliseconds(12_345)) == "   12.3s  warning: alarm p99 is red")
  }

  @Test("the lines after the first stand below its sentence")
  func severalLines() {
    let evidence = Announcement("evidence", .info, [], "evidence of i-1\n  container | cannot reach database")
    #expect(
      PlainFace.lines(evidence, elapsed: .seconds(3)) == """
            3.0s  evidence of i-1
                    container | cannot reach database
        """)
  }

  @Test("what a container wrote cannot steer the terminal")
  func controlCharacters() {
    #expect(Printable.clean("\u{1B}[2Jgone\r\u{9B}x\tkept") == "?[2Jgone??x\tkept")
  }

  @Test("columns are as wide as their widest cell, and the last is not padded")
  func table() {
    let table = Table(header: ["A", "LONG"], rows: [["wider", "x"], ["y", "zz"]])
    #expect(table.lines(indent: 1) == [" A      LONG", " wider  x", " y      zz"])
  }
}

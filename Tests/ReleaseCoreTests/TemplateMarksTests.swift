import ReleaseCore
import Testing

@Suite("Marks on the fleet")
struct TemplateMarksTests {
  private let commit = Commit(String(repeating: "1f", count: 20))!
  private let digest = Digest("sha256:" + String(repeating: "c", count: 64))!
  private let run = RunID("01JABCDEFGHJKMNPQRSTVWXYZ0")!

  private var sample: String { "wanzami/1 commit=\(commit) digest=\(digest) run=\(run) by=jane" }

  @Test("a description is written and read back")
  func description() throws {
    let description = ReleaseDescription(commit: commit, digest: digest, run: run, by: "jane")
    #expect(description.description == sample)
    #expect(ReleaseDescription(sample) == description)
  }

  @Test(
    "whoever releases is made to fit: no spaces, no control characters, at most 40",
    arguments: [
      ("Jane Doe", "Jane-Doe"), ("a\nb\tc", "a-b-c"), ("dependabot[bot]", "dependabot[bot]"), ("", "unknown"),
      ("Åsa", "-sa"), (String(repeating: "x", count: 50), String(repeating: "x", count: 40)),
    ])
  func by(given: String, kept: String) {
    let description = ReleaseDescription(commit: commit, digest: digest, run: run, by: given)
    #expect(description.by == kept)
    #expect(description.description.count <= 255)
    #expect(ReleaseDescription(description.description) == description)
  }

  @Test("every other text is no description of ours")
  func strict() {
    let wrong = [
      "", "wanzami/1", sample + " ", " " + sample, sample + " x=y", sample.replacing("wanzami/1", "wanzami/2"),
      sample.replacing("commit=1", "commit=G"), sample.replacing("sha256:", "sha512:"),
      sample.replacing("by=jane", "by="),
      sample.replacing(" run=", "  run="), sample.replacing("by=jane", "by=" + String(repeating: "x", count: 41)),
      sample.replacing("by=jane", "by=j\u{7f}"), sample.replacing("commit=", "COMMIT="), sample.uppercased(),
    ]
    for text in wrong { #expect(ReleaseDescription(text) == nil, "\(text)") }
  }

  @Test(
    "the passed mark is read with tolerance",
    arguments: [
      (nil, []), ("", []), ("41 40 38", [41, 40, 38]), ("  41\t40 ", [41, 40]), ("41 x 40 -3 0 +7 4a", [41, 40]),
      ("41 40 41", [41, 40]), ("99999999999999999999 5", [5]),
    ] as [(String?, [Int])])
  func readPassed(text: String?, expected: [Int]) {
    #expect(PassedMark(text).releases == expected)
  }

  @Test("a release that passes comes first, one that is condemned goes")
  func changePassed() {
    let mark = PassedMark("41 40 38")
    #expect(mark.adding(42).description == "42 41 40 38")
    #expect(mark.adding(40).description == "40 41 38")
    #expect(mark.removing(41).description == "40 38")
    #expect(mark.removing(99) == mark)
    #expect(mark.last == 41)
    #expect(mark.before(41) == 40)
    #expect(mark.before(38) == nil)
    #expect(mark.before(42) == nil)
    #expect(PassedMark(nil).last == nil)
    #expect(PassedMark(nil).description == "")
  }

  @Test("the mark is cut to 256 characters at whole numbers")
  func cutPassed() {
    // 64 numbers of four digits take 64 x 5 - 1 = 319 characters; 51 take 254.
    let mark = PassedMark(releases: Array(1000..<1064))
    #expect(mark.releases == Array(1000..<1051))
    #expect(mark.description.count == 254)
    #expect(PassedMark(mark.description) == mark)
    #expect(mark.adding(7).description.count == 256)
    #expect(mark.adding(70).releases == [70] + Array(1000..<1050))
  }

  @Test("the in-flight mark is one of two forms")
  func inFlight() {
    #expect(InFlightMark("42 rolling-out") == .rollingOut(42))
    #expect(InFlightMark("42 rolling-back-to 41") == .rollingBack(42, to: 41))
    for mark in [InFlightMark.rollingOut(42), .rollingBack(42, to: 41)] {
      #expect(InFlightMark(mark.description) == mark)
      #expect(mark.release == 42)
    }
    for text in [
      "", "42", "rolling-out", "42  rolling-out", "0 rolling-out", "42 rolling-back-to", "42 rolling-out 41",
    ] {
      #expect(InFlightMark(text) == nil, "\(text)")
    }
  }

  @Test("equal versions have equal tokens of at most 64 characters, and different ones do not")
  func clientToken() {
    func token(_ template: String, _ source: Int, _ data: String, _ text: String) -> String {
      ClientToken(template: template, source: source, data: Array(data.utf8), description: text, hash: hex).description
    }
    let token1 = token("lt-1", 12, "x", "y")
    #expect(token1 == token("lt-1", 12, "x", "y"))
    #expect(token1.utf8.count <= 64)
    let others = [
      token("lt-2", 12, "x", "y"), token("lt-1", 13, "x", "y"), token("lt-1", 12, "z", "y"),
      token("lt-1", 12, "x", "z"),
      token("lt-1", 12, "xy", ""), token("lt-11", 2, "x", "y"),
    ]
    #expect(Set(others + [token1]).count == others.count + 1)
  }

  /// Stands for SHA-256: tells all inputs apart because it keeps them, the end first.
  private func hex(_ bytes: [UInt8]) -> String {
    bytes.reversed().map { String($0, radix: 16) }.joined()
  }
}

extension String {
  fileprivate func replacing(_ part: String, _ other: String) -> String {
    split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
  }
}

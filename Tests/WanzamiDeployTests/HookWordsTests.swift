import ReleaseCore
import Testing

@testable import WanzamiDeploy

@Suite("What hooks are given")
struct HookWordsTests {
  @Test("a file of variables is read as docker run reads it")
  func file() {
    let text = "# comment\nA=1\r\nB=x=y\n\n  C=\"quoted\"\nHOME\nABSENT\nEMPTY=\n"
    let read = EnvironmentFile(text, inheriting: ["HOME": "/root"]).variables
    let names = read.map(\.0)
    #expect(names == ["A", "B", "C", "HOME", "EMPTY"])
    #expect(read.map(\.1) == ["1", "x=y", "\"quoted\"", "/root", ""])
  }

  @Test(
    "a word is one word to a shell, whatever is in it",
    arguments: [
      ("plain", "'plain'"), ("it's", #"'it'"'"'s'"#), ("$(rm -rf /) `x` \"y\"", "'$(rm -rf /) `x` \"y\"'"), ("", "''"),
    ])
  func quoted(word: String, expected: String) { #expect(Shell.quoted(word) == expected) }

  @Test("of an output that grows each whole line is told once, and the last one at the end")
  func growing() {
    var shown = ShownOutput()
    let first = shown.news("one\ntw", isWhole: false)
    let second = shown.news("one\ntwo\n", isWhole: false)
    let third = shown.news("one\ntwo\n", isWhole: false)
    let last = shown.news("one\ntwo\nthree", isWhole: true)
    #expect([first, second, third, last] == [["one"], ["two"], [], ["three"]])
  }

  @Test(
    "a webhook is asked over TLS, and in plain text on this machine only",
    arguments: [
      ("https://hooks.slack.com/services/T/B/x", true), ("http://127.0.0.1:8080/x", true),
      ("http://hooks.slack.com/x", false), ("hooks.slack.com", false), ("https://a b", false), ("", false),
    ])
  func fit(url: String, isFit: Bool) { #expect(LiveNotices.isFit(url) == isFit) }
}

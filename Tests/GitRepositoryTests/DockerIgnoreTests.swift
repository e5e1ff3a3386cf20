import Testing

@testable import GitRepository

@Suite("The patterns of .dockerignore")
struct DockerIgnoreTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var patterns: String
    var ignored: [String] = []
    var kept: [String] = []

    var testDescription: String { patterns }
  }

  static let cases: [Case] = [
    // One name: the file or the folder at the root, with all below.
    Case(patterns: "temp", ignored: ["temp", "temp/a", "temp/a/b"], kept: ["a/temp", "temporary"]),
    Case(patterns: "/temp/", ignored: ["temp", "temp/a"], kept: ["a/temp"]),
    Case(patterns: "./a//b", ignored: ["a/b", "a/b/c"], kept: ["a", "b"]),
    Case(patterns: "a/../b", ignored: ["b"], kept: ["a", "a/b"]),
    // A star and a question mark stay within one folder.
    Case(patterns: "*.md", ignored: ["README.md"], kept: ["docs/README.md", "md"]),
    Case(patterns: "*/temp*", ignored: ["a/temp", "a/temporary.txt", "a/temp/x"], kept: ["temp", "a/b/temp"]),
    Case(patterns: "temp?", ignored: ["tempa"], kept: ["temp", "temp/", "tempab"]),
    Case(patterns: "a?b", ignored: ["axb"], kept: ["a/b"]),
    // Two stars are any number of folders, none too.
    Case(patterns: "**/*.go", ignored: ["a.go", "a/b.go", "a/b/c.go"], kept: ["a.god"]),
    Case(patterns: "**", ignored: ["a", "a/b"]),
    Case(patterns: "a/**", ignored: ["a/b", "a/b/c"], kept: ["a", "ab"]),
    Case(patterns: "a/**/b", ignored: ["a/b", "a/x/b", "a/x/y/b", "a/x/b/c"], kept: ["a/xb", "ab"]),
    Case(patterns: "**/node_modules", ignored: ["node_modules/a", "x/node_modules/y"], kept: ["x/my_node_modules"]),
    Case(patterns: "**/.env*", ignored: [".env", "a/.env.local"], kept: ["a/x.env"]),
    // The last line that matches decides.
    Case(patterns: "*.md\n!README.md", ignored: ["a.md"], kept: ["README.md"]),
    Case(patterns: "*.md\n!README*.md\nREADME-secret.md", ignored: ["README-secret.md"], kept: ["README-a.md"]),
    Case(patterns: "*\n!src\n", ignored: ["a", "b/c"], kept: ["src", "src/a", "src/a/b"]),
    Case(patterns: "! README.md", kept: ["README.md", "a"]),
    // Comments only at the start of a line; blanks around a pattern do not count.
    Case(patterns: "#a\n  b  \n\n #c", ignored: ["b", "#c"], kept: ["a", "c", "#a"]),
    Case(patterns: "\u{FEFF}a\r\nb\r\n", ignored: ["a", "b"], kept: ["c"]),
    // Classes and escapes.
    Case(patterns: "[a-c]x", ignored: ["ax", "cx"], kept: ["dx", "[a-c]x"]),
    Case(patterns: "[^a-c]x", ignored: ["dx"], kept: ["ax"]),
    Case(patterns: "\\*", ignored: ["*"], kept: ["a"]),
    Case(patterns: "a.b+(c)", ignored: ["a.b+(c)"], kept: ["axb+(c)", "a.bb(c)"]),
    Case(patterns: "hä*", ignored: ["häuser"], kept: ["haus"]),
    // Nothing can leave out these two.
    Case(patterns: "*\n**\nDockerfile\n.dockerignore", ignored: ["a"], kept: ["Dockerfile", ".dockerignore"]),
  ]

  @Test("a line leaves out what Docker leaves out", arguments: cases)
  func matches(_ example: Case) throws {
    var ignore = try DockerIgnore(Array(example.patterns.utf8))
    for file in [".dockerignore", "Dockerfile"] { ignore.keep(Array(file.utf8)) }
    for path in example.ignored { #expect(ignore.isIgnored(Array(path.utf8)), "\(path)") }
    for path in example.kept { #expect(!ignore.isIgnored(Array(path.utf8)), "\(path)") }
  }

  @Test("a pattern without its end names its line", arguments: ["[a", "a\\", "!"])
  func wrong(_ pattern: String) {
    #expect(throws: GitError.wrongIgnorePattern(pattern: pattern, file: ".dockerignore", line: 2)) {
      try DockerIgnore(Array("ok\n\(pattern)\n".utf8))
    }
  }
}

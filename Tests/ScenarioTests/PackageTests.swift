import Foundation
import RealParts
import Testing

/// `scripts/package`, on the program of this build: what a runner unpacks.
@Suite(
  "The tarball", .serialized,
  .enabled(if: Command.exists("readelf") && Command.exists("dpkg"), "no binutils, or no Debian"))
struct PackageTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    .path()

  /// The unpacked tarball, and what the script said.
  private func unpacked(_ folder: TemporaryFolder) throws -> (top: String, said: [Substring]) {
    let made = try Command.check([
      "\(Self.root)scripts/package", "--program", Stage.program, folder.path + "/made",
    ])
    let said = made.text.split(separator: "\n")
    let tarball = String(try #require(said.first))
    try Command.check(["sha256sum", "--check", tarball + ".sha256"], in: folder.path + "/made")
    #expect(said.dropFirst().first?.hasPrefix("sha256 ") == true, "\(said)")
    try Command.check(["tar", "-xzf", tarball, "-C", folder.path])
    let name = try #require(tarball.split(separator: "/").last).dropLast(".tar.gz".count)
    return ("\(folder.path)/\(name)", said)
  }

  @Test("holds all that the program needs but the C library, whose newest symbol it tells; manual and completions work")
  func tarball() throws {
    let folder = try TemporaryFolder("package")
    let (top, said) = try unpacked(folder)
    let program = top + "/bin/wanzami-deploy"
    let bare = ["PATH": "/usr/bin:/bin", "HOME": folder.path]
    #expect(try Command.check([program, "--version"], environment: bare).text == "0.1.0\n")

    // Each library comes from the tarball, those that others need too. Swift's runtime, and what it alone needs, is
    // inside a released program; a test's program has it from the toolchain.
    let toolchain = /\/lib\/swift\/linux\/|libstdc\+\+\.so|libgcc_s\.so/
    let lines = try Command.check(["ldd", program], environment: bare).text.split(separator: "\n")
    let system = /^\s*(libc|libm|libdl|libpthread|librt|libresolv|linux-vdso|.*ld-linux.*)\.so/
    let others = lines.filter { $0.firstMatch(of: system) == nil && $0.firstMatch(of: toolchain) == nil }
    #expect(others.count > 10)
    for line in others { #expect(line.contains("=> \(top)/bin/../lib/"), "\(line)") }

    // What the README says of systems that are left out: none newer than Debian 12's.
    let symbol = try #require(said.last?.split(separator: " ").last)
    let version = try #require(symbol.wholeMatch(of: /GLIBC_2\.(\d+)/)?.1)
    #expect(try #require(Int(version)) <= 36, "\(symbol)")
    let readme = try String(contentsOfFile: Self.root + "README.md", encoding: .utf8)
    #expect(readme.contains("glibc 2.36"))

    let copyright = try String(contentsOfFile: top + "/share/doc/wanzami-deploy/copyright", encoding: .utf8)
    for part in ["swift-argument-parser", "Yams", "libcurl4", "libgit2-1.5", "libexpat1", "libssl3"] {
      #expect(copyright.contains("==== \(part) ("), "\(part)")
    }
    try manual(top + "/share/man/man1/wanzami-deploy.1")
    try completion(top + "/share/bash-completion/completions/wanzami-deploy", program)
  }

  private func manual(_ page: String) throws {
    let checked = try Command.check(["groff", "-man", "-Tutf8", "-ww", "-z", page])
    #expect(checked.text.isEmpty, "\(checked.text)")
    let read = try Command.check(
      ["man", "-l", page], environment: ["PATH": "/usr/bin:/bin", "MANWIDTH": "100", "LC_ALL": "C.UTF-8"])
    let text = read.text.replacing(/.\u{8}/, with: "")
    let help = try Command.check([Stage.program, "--help"]).text
    let commands = help.matches(of: #/\n  ([a-z]+)  /#).map { String($0.1) }
    #expect(commands.count > 12)
    for command in commands { #expect(text.contains("wanzami-deploy \(command) [options]"), "\(command)") }
    for words in ["--wait-for-lock", "--pipeline pipeline", "EXIT STATUS", "WANZAMI_PIPELINE"] {
      #expect(text.contains(words), "\(words)")
    }
  }

  /// What bash offers after these words.
  private func completion(_ script: String, _ program: String) throws {
    let ask = """
      source "$1"
      COMP_WORDS=(wanzami-deploy $2); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE="wanzami-deploy $2"
      COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; COMP_KEY=9
      function=$(complete -p wanzami-deploy | sed 's/.*-F \\([^ ]*\\).*/\\1/')
      "$function" wanzami-deploy "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    for (typed, offered) in [
      ("roll", ["rollback"]), ("re", ["release", "resume", "rehearse", "replace"]), ("release --inc", ["--incident"]),
    ] {
      let said = try Command.run(["bash", "-c", ask, "bash", script, typed])
      let words = Set(said.text.split(whereSeparator: \.isWhitespace).map(String.init))
      for word in offered { #expect(words.contains(word), "\(typed): \(said.text)") }
      #expect(!words.contains("history"), "\(typed): \(said.text)")
    }
  }
}

import Foundation
import GitRepository
import RealParts
import Synchronization
import Testing

@Suite("Streaming a build context")
struct ContextTests {
  /// The bytes of a context, and the largest piece.
  private func stream(
    _ path: String, _ commit: String, folder: String = "", dockerfile: String = "Dockerfile"
  ) async throws -> [UInt8] {
    let bytes = Mutex<[UInt8]>([])
    try await GitRepository.open(path).streamContext(commit: commit, folder: folder, dockerfile: dockerfile) { piece in
      #expect(piece.count <= 256 * 1024)
      bytes.withLock { $0 += piece }
    }
    return bytes.withLock { $0 }
  }

  private func extract(_ archive: [UInt8], in folder: TemporaryFolder, as name: String) throws -> String {
    let file = try folder.write("\(name).tar", archive)
    let target = "\(folder.path)/\(name)"
    try Command.check(["mkdir", target])
    try Command.check(["tar", "-xpf", file, "-C", target])
    return target
  }

  /// The paths of an archive, without the folders.
  private func names(_ archive: [UInt8]) throws -> Set<String> {
    let folder = try TemporaryFolder()
    let root = try extract(archive, in: folder, as: "names")
    let found = try Command.check(["find", ".", "!", "-type", "d"], in: root).text
    return Set(found.split(separator: "\n").map { String($0.dropFirst(2)) })
  }

  @Test("the archive equals git archive's: modes, links, long and UTF-8 names, empty and large files")
  func equalsGitArchive() async throws {
    let fixture = try GitFixture()
    let long = (1...8).map { "folder-with-a-long-name-number-\($0)" }.joined(separator: "/")
    let large = (0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let commit = try fixture.commit([
      "backend/Dockerfile": "FROM scratch\n",
      "backend/bin/run": .executable("#!/bin/sh\n"),
      "backend/empty": "",
      "backend/link": .symlink(to: "bin/run"),
      "backend/far": .symlink(to: String(repeating: "../", count: 50) + "away"),
      "backend/\(long)/file": "deep",
      "backend/" + String(repeating: "n", count: 150): "long name",
      "backend/häuser/日本.txt": "UTF-8",
      "backend/large.bin": .bytes(large),
      "backend/exactly": .bytes([UInt8](repeating: 7, count: 512)),
      "frontend/other": "not of the context",
    ])
    let folder = try TemporaryFolder()
    let ours = try extract(try await stream(fixture.path, commit, folder: "backend"), in: folder, as: "ours")
    let tar = folder.path + "/git.tar"
    try fixture.git("archive", "-o", tar, "\(commit):backend")
    try Command.check(["mkdir", folder.path + "/git"])
    try Command.check(["tar", "-xf", tar, "-C", folder.path + "/git"])
    let difference = try Command.run(["diff", "-r", "--no-dereference", ours, folder.path + "/git"])
    #expect(difference.status == 0, "\(difference.text)")
    let listing = ["find", ".", "-printf", "%P %y %m %l %T@ %U\n"]
    let modes = try Command.check(listing, in: ours).text.split(separator: "\n").sorted()
    #expect(modes.contains("bin/run f 755  315619200.0000000000 0"))
    #expect(modes.contains("empty f 644  315619200.0000000000 0"))
    #expect(modes.contains("bin d 755  315619200.0000000000 0"))
  }

  @Test(
    "many files and one larger than what is read ahead come whole and in the plan's order", arguments: [false, true])
  func manyFiles(isPacked: Bool) async throws {
    let fixture = try GitFixture()
    var files: [String: GitFixture.Entry] = ["Dockerfile": "FROM scratch\n"]
    for index in 0..<2000 {
      files["folder\(index % 40)/file\(index)"] = .file(String(repeating: "file \(index)\n", count: index % 97 * 20))
    }
    for index in 0..<3 {
      files["folder\(index * 11)/large"] = .bytes(
        (0..<(9 << 20)).map { UInt8(truncatingIfNeeded: $0 &* $0 &>> 7 &+ index) })
    }
    let commit = try fixture.commit(files)
    if isPacked { try fixture.git("repack", "-adq") }
    let folder = try TemporaryFolder()
    let archive = try await stream(fixture.path, commit)
    let ours = try extract(archive, in: folder, as: "ours")
    let difference = try Command.run(["diff", "-r", "--exclude=.git", ours, fixture.path])
    #expect(difference.status == 0, "\(difference.text)")
    let listed = try Command.check(["tar", "-tf", "\(folder.path)/ours.tar"]).text.split(separator: "\n")
      .filter { !$0.hasSuffix("/") }.map(String.init)
    #expect(listed == (try fixture.git("ls-tree", "-r", "--name-only", commit)).split(separator: "\n").map(String.init))
  }

  @Test("an object whose contents are not what its name stands for is refused: a file, a folder, the commit")
  func damaged() async throws {
    for name in ["HEAD:src/a", "HEAD:src", "HEAD"] {
      let fixture = try GitFixture()
      let other = try fixture.commit(["Dockerfile": "FROM scratch\n", "src/a": "another file"])
      let commit = try fixture.commit(["src/a": "a file of the same kind"])
      func file(_ revision: String) throws -> String {
        let id = try fixture.git("rev-parse", revision)
        return "\(fixture.path)/.git/objects/\(id.prefix(2))/\(id.dropFirst(2))"
      }
      let replaced = try file(name)
      try Command.check(["cp", "-f", try file(name.replacing("HEAD", with: other)), replaced])
      let error = await #expect(throws: GitError.self) { try await stream(fixture.path, commit) }
      guard case .damagedObject = error else {
        Issue.record("\(name): not .damagedObject but \(String(describing: error))")
        continue
      }
    }
  }

  @Test("the tree counts, not the work tree; the same tree gives the same bytes")
  func treeOnly() async throws {
    let fixture = try GitFixture()
    let first = try fixture.commit(["Dockerfile": "FROM scratch\n", "a": "1"])
    let second = try fixture.commit([:], message: "same tree")
    let before = try await stream(fixture.path, first)
    try fixture.write("a", "changed")
    try fixture.write("b", "untracked")
    #expect(try await stream(fixture.path, second) == before)
    #expect(try names(before) == ["Dockerfile", "a"])
    let repository = try await GitRepository.open(fixture.path)
    let tree = try await repository.treeID(of: "", commit: first)
    #expect(try await repository.treeID(of: ".", commit: second) == tree)
    #expect(try fixture.git("rev-parse", "HEAD^{tree}") == tree)
  }

  @Test(".dockerignore leaves out what it names; it and the Dockerfile are always sent")
  func ignored() async throws {
    let fixture = try GitFixture()
    let commit = try fixture.commit([
      "Dockerfile": "FROM scratch\n",
      ".dockerignore": "# comment\n*\n!src\nsrc/**/*.test\n!src/keep/me.test\nDockerfile\n.dockerignore\n",
      "README.md": "x", "src/a.js": "x", "src/a.test": "x", "src/keep/me.test": "x", "node_modules/x/y": "x",
    ])
    let found = try names(try await stream(fixture.path, commit))
    #expect(found == ["Dockerfile", ".dockerignore", "src/a.js", "src/keep/me.test"])
  }

  @Test(".gitattributes change nothing: no export-ignore, export-subst, line ends or filters")
  func attributes() async throws {
    let fixture = try GitFixture()
    let commit = try fixture.commit([
      "Dockerfile": "FROM scratch\n", ".gitattributes": "tests export-ignore\n*.txt export-subst eol=crlf\n",
      "tests/a.txt": "$Format:%H$\n", "b.txt": "one\ntwo\n",
    ])
    let folder = try TemporaryFolder()
    let archive = try await stream(fixture.path, commit)
    #expect(try names(archive) == ["Dockerfile", ".gitattributes", "tests/a.txt", "b.txt"])
    let root = try extract(archive, in: folder, as: "ours")
    #expect(try String(contentsOfFile: "\(root)/tests/a.txt", encoding: .utf8) == "$Format:%H$\n")
    #expect(try String(contentsOfFile: "\(root)/b.txt", encoding: .utf8) == "one\ntwo\n")
  }

  @Test("what cannot be built is refused by name")
  func refused() async throws {
    let fixture = try GitFixture()
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"
    let commit = try fixture.commit(["backend/Dockerfile": "FROM scratch\n", "backend/model.bin": .file(pointer)])
    await #expect(throws: GitError.missingFolder(folder: "nope", commit: commit)) {
      try await stream(fixture.path, commit, folder: "nope")
    }
    await #expect(throws: GitError.missingFolder(folder: "../x", commit: commit)) {
      try await stream(fixture.path, commit, folder: "../x")
    }
    await #expect(throws: GitError.missingDockerfile(path: "Dockerfile", commit: commit)) {
      try await stream(fixture.path, commit)
    }
    await #expect(throws: GitError.largeFilePointer(path: "backend/model.bin", commit: commit)) {
      try await stream(fixture.path, commit, folder: "backend")
    }
    let ignoring = try fixture.commit(["backend/.dockerignore": "*.bin\n"])
    #expect(
      try names(try await stream(fixture.path, ignoring, folder: "backend")) == ["Dockerfile", ".dockerignore"])
    try fixture.commit([:], removing: ["backend/.dockerignore"])
    try fixture.git("clone", "-q", fixture.path, "\(fixture.path)/backend/lib")
    let linked = try fixture.commit(["backend/model.bin": "small"])
    await #expect(throws: GitError.submodule(path: "backend/lib", commit: linked)) {
      try await stream(fixture.path, linked, folder: "backend")
    }
    let without = try fixture.commit(["backend/.dockerignore": "lib\n"])
    let found = try names(try await stream(fixture.path, without, folder: "backend"))
    #expect(found == ["Dockerfile", ".dockerignore", "model.bin"])
  }

  @Test("the reader's error ends the stream and comes back")
  func stopped() async throws {
    struct Enough: Error {}
    let fixture = try GitFixture()
    let commit = try fixture.commit(["Dockerfile": "FROM scratch\n"])
    let repository = try await GitRepository.open(fixture.path)
    await #expect(throws: Enough.self) {
      try await repository.streamContext(commit: commit, folder: "", dockerfile: "Dockerfile") { _ in throw Enough() }
    }
  }

  @Test("a file of a commit is read as it was then; a folder and nothing are nil")
  func blob() async throws {
    let fixture = try GitFixture()
    let first = try fixture.commit(["scripts/user-data.sh": "one"])
    try fixture.commit(["scripts/user-data.sh": "two"])
    let repository = try await GitRepository.open(fixture.path)
    #expect(try await repository.blob(at: "./scripts/user-data.sh", commit: first) == Array("one".utf8))
    #expect(try await repository.blob(at: "scripts", commit: first) == nil)
    #expect(try await repository.blob(at: "nope", commit: first) == nil)
  }
}

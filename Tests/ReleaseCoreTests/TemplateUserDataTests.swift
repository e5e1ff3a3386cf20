import ReleaseCore
import Testing

private let repository = "111122223333.dkr.ecr.eu-north-1.amazonaws.com/wanzami-api"
private let digest = Digest("sha256:" + String(repeating: "a", count: 64))!
private let older = Digest("sha256:" + String(repeating: "b", count: 64))!

@Suite("User data")
struct TemplateUserDataTests {
  @Test(
    "an image of the repository is pinned by digest, and no other byte changes",
    arguments: [
      // Tags and digests.
      ("docker run R", "docker run P"),
      ("docker run R:latest\n", "docker run P\n"),
      ("docker run R:v1.2_3-x\n", "docker run P\n"),
      ("docker run R@D\n", "docker run P\n"),
      ("docker run R:latest@D\n", "docker run P\n"),
      // What stands around it.
      ("docker pull R:1; docker run \"R:1\" && echo 'R'", "docker pull P; docker run \"P\" && echo 'P'"),
      ("image=R:latest\ndocker run $image\n", "image=P\ndocker run $image\n"),
      ("image=\"R\"\ndocker run \"${image}\"\r\n", "image=\"P\"\ndocker run \"${image}\"\r\n"),
      ("# runs R.\ndocker run R", "# runs P.\ndocker run P"),
      ("# runs R:v1. Then sleeps\n", "# runs P. Then sleeps\n"),
      ("# R: the api\n", "# P: the api\n"),
      ("skopeo inspect docker://R:1", "skopeo inspect docker://P"),
      ("{\"image\":\"R:1\"}", "{\"image\":\"P\"}"),
      ("(R:1)", "(P)"),
      // Other repositories.
      ("docker run R-worker:1\ndocker run R:1", "docker run R-worker:1\ndocker run P"),
      ("R/worker:1 R_x R.x:2 Rx R:1", "R/worker:1 R_x R.x:2 Rx P"),
      ("mirror/R:1 xR:1 R:1", "mirror/R:1 xR:1 P"),
      ("R:4000/worker R:1", "R:4000/worker P"),
    ])
  func repinned(script: String, expected: String) throws {
    let result = try UserData.repin(bytes(script), repository: repository, to: digest)
    #expect(result == bytes(expected))
    #expect(try UserData.repin(result, repository: repository, to: digest) == result)
    #expect(UserData.pinnedDigest(in: result, repository: repository) == digest)
  }

  @Test("bytes that are no text survive")
  func binary() throws {
    let noise: [UInt8] = [0x00, 0xff, 0xfe, 0x0a]
    let result = try UserData.repin(noise + bytes("R:1") + noise, repository: repository, to: digest)
    #expect(result == noise + bytes("P") + noise)
  }

  @Test(
    "a tag that the shell writes is refused, with its line",
    arguments: [
      ("docker run R:$tag", 1), ("\ndocker run R:${tag}", 2), ("docker run R:$(cat tag)", 1),
      ("docker run R:`cat tag`", 1), ("docker run R:v$N", 1), ("docker run R$suffix", 1), ("docker run R@$digest", 1),
      ("docker run R@sha256:${digest}", 1), ("docker run R:\"$tag\"", 1), ("docker run R:1\ndocker run R:$tag", 2),
      ("docker run R:1-{{tag}}", 1),
      // The same with a name in between.
      ("image=R\ndocker run $image:$tag", 1), ("\nimage=\"R\"\ndocker run \"${image}:latest\"", 2),
    ])
  func variable(script: String, line: Int) {
    #expect(throws: UserDataRefusal.variable(repository: repository, line: line)) {
      try UserData.repin(bytes(script), repository: repository, to: digest)
    }
  }

  @Test(
    "a script that names no image of the repository is refused",
    arguments: ["", "#!/bin/sh\n", "docker run R-worker:1", "docker run $registry/wanzami-api:1", "R@sha256:abc"])
  func notFound(script: String) {
    #expect(throws: UserDataRefusal.notFound(repository: repository)) {
      try UserData.repin(bytes(script), repository: repository, to: digest)
    }
  }

  @Test("gzip and MIME parts are refused")
  func containers() {
    #expect(throws: UserDataRefusal.compressed) {
      try UserData.repin([0x1f, 0x8b, 0x08] + bytes("R:1"), repository: repository, to: digest)
    }
    for script in ["Content-Type: multipart/mixed; boundary=x\n\nR:1", "\nmime-version: 1.0\nR:1"] {
      #expect(throws: UserDataRefusal.multipart) {
        try UserData.repin(bytes(script), repository: repository, to: digest)
      }
    }
  }

  @Test("16,384 bytes are taken and one more is not, counted with the image in place")
  func size() throws {
    let room = UserData.bytesMax - bytes("P").count
    let full = [UInt8](repeating: 0x20, count: room) + bytes("R:1")
    #expect(try UserData.repin(full, repository: repository, to: digest).count == 16_384)
    #expect(throws: UserDataRefusal.tooLarge(bytes: 16_385)) {
      try UserData.repin([0x20] + full, repository: repository, to: digest)
    }
  }

  @Test("each refusal points to fleet.userData")
  func sentences() {
    let refusals: [UserDataRefusal] = [
      .notFound(repository: "r"), .variable(repository: "r", line: 3), .compressed, .multipart,
      .tooLarge(bytes: 20_000),
    ]
    for refusal in refusals { #expect(refusal.description.contains("fleet.userData")) }
  }

  @Test("a script has a pinned digest when all its references agree")
  func pinnedDigest() {
    func pinned(_ script: String) -> Digest? { UserData.pinnedDigest(in: bytes(script), repository: repository) }
    #expect(pinned("docker pull P; docker run P") == digest)
    #expect(pinned("docker run R:latest@D") == older)
    #expect(pinned("docker pull P; docker run R@D") == nil)
    #expect(pinned("docker pull P; docker run R:latest") == nil)
    #expect(pinned("docker run R:latest") == nil)
    #expect(pinned("docker run R-worker@D") == nil)
    #expect(pinned("") == nil)
  }

  @Test("a script of fleet.userData gets its image where it says {{image}}, and where it names the repository")
  func rendered() throws {
    func render(_ script: String) throws -> [UInt8] {
      try UserData.render(bytes(script), repository: repository, to: digest)
    }
    #expect(try render("docker run {{image}}\n") == bytes("docker run P\n"))
    #expect(try render("docker pull {{image}}; docker run R:1 {{.Id}}") == bytes("docker pull P; docker run P {{.Id}}"))
    #expect(throws: UserDataRefusal.notFound(repository: repository)) { try render("docker run {{ image }}") }
    #expect(throws: UserDataRefusal.variable(repository: repository, line: 1)) { try render("{{image}} R:$tag") }
  }

  @Test("the repositories of a registry that a script names are found, each once")
  func repositories() {
    let script = "docker run H/wanzami-api:1; docker pull H/team/worker@D; echo H/wanzami-api. xH H"
      .replacing("H", with: "127.0.0.1:5000")
    let names = UserData.repositories(in: Array(script.utf8), registry: "127.0.0.1:5000")
    #expect(names == ["wanzami-api", "team/worker"])
  }

  /// `R` is the repository, `P` the reference that is wanted, `D` an older digest.
  private func bytes(_ script: String) -> [UInt8] {
    var result = ""
    for character in script {
      let next: String
      switch character {
      case "R": next = repository
      case "P": next = "\(repository)@\(digest)"
      case "D": next = older.text
      default: next = String(character)
      }
      result += next
    }
    return Array(result.utf8)
  }
}

extension String {
  fileprivate func replacing(_ part: String, with other: String) -> String {
    split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
  }
}

import AWSClient
import Foundation
import RealParts
import Testing

/// A commit whose image is there already: real git trees, a real Engine and registry, and ECR's API in front of it.
@Suite("Images that are there already", .serialized, .enabled(if: Stage.canRun, Stage.condition))
struct ReuseTests {
  private func tags(_ stage: Stage) async throws -> [String: String] {
    let images = try await stage.client.ecr.describeImages(repository: "wanzami-api")
    return Dictionary(images.flatMap { image in image.tags.map { ($0, image.digest) } }) { first, _ in first }
  }

  /// The calls to AWS that a run made, such as `200 ecr PutImage`, by the sandbox's record.
  private func calls(_ stage: Stage, _ body: () async throws -> Void) async throws -> [String] {
    func recorded() throws -> [String] {
      try String(contentsOfFile: stage.folder.path + "/calls", encoding: .utf8).split(separator: "\n").map(String.init)
    }
    let before = try recorded().count
    try await body()
    return try Array(recorded().dropFirst(before))
  }

  @Test(
    "a commit outside the context builds and pushes nothing, gets its own tag, and is live already in twelve calls")
  func outside() async throws {
    try await Stage.with { stage in
      let first = try stage.commit("B")
      try await stage.release(first)
      let outside = try stage.repository.commit(["README.md": "words"], message: "Words only")
      try await stage.untouched {
        let made = try await calls(stage) {
          let finished = try await stage.run("release", outside)
          #expect(finished.status == 0, "\(finished.everything)")
          #expect(finished.output.contains("already live: release 2; 2 of 2 instances run sha256:"))
          #expect(finished.errors.contains("nothing to build: the registry has the image of this content"))
          for word in ["building", "push |", "pushed"] { #expect(!finished.everything.contains(word), "\(word)") }
        }
        #expect(made.count <= 12, "\(made)")
        let again = try await calls(stage) {
          let finished = try await stage.run("release", outside)
          #expect(finished.status == 0, "\(finished.everything)")
        }
        #expect(again.count <= 12 && !again.contains { $0.contains("PutImage") }, "\(again)")
      }
      let tags = try await tags(stage)
      #expect(tags[outside] != nil && tags[outside] == tags[first])
      #expect(tags.keys.filter { $0.hasPrefix("content-") }.count == 1)
    }
  }

  @Test("the context of an earlier release is released again without the Engine")
  func revert() async throws {
    try await Stage.with { stage in
      try await stage.release(try stage.commit("B"))
      try await stage.release(try stage.commit("C"))
      let back = try stage.commit("B")
      let finished = try await stage.run("release", back, with: ["DOCKER_HOST": "unix:///nowhere.sock"])
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.output.contains("released: release 4 passed"), "\(finished.everything)")
      #expect(try await stage.health().versions == ["4"])
    }
  }

  @Test("past image.reuseFor, and with --rebuild, the image is built anew, and no tag moves")
  func outdated() async throws {
    try await Stage.with { stage in
      let text = try String(contentsOfFile: stage.pipeline, encoding: .utf8)
      let strict = try stage.folder.write(
        "strict.yml", text.replacing("context: backend", with: "context: backend, reuseFor: 0s"))
      let commit = try stage.commit("B")
      try await stage.release(commit)
      let before = try await tags(stage)
      let outside = try stage.repository.commit(["README.md": "words"], message: "Words only")
      let finished = try await stage.run("release", outside, pipeline: strict)
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.errors.contains("and image.reuseFor is 0 seconds"), "\(finished.everything)")
      #expect(finished.errors.contains("with base images asked for anew"), "\(finished.everything)")
      #expect(!finished.errors.contains("Using cache"), "\(finished.everything)")
      let rebuilt = try await stage.run("release", outside, "--rebuild")
      #expect(rebuilt.status == 0, "\(rebuilt.everything)")
      #expect(rebuilt.errors.contains("\(outside)-2 names sha256:"), "\(rebuilt.everything)")
      let after = try await tags(stage)
      for (tag, digest) in before { #expect(after[tag] == digest, "\(tag)") }
      let content = after.keys.filter { $0.hasPrefix("content-") }.sorted()
      #expect(content.count == 3, "\(content)")
      #expect(Set(content.compactMap { after[$0] }).count == 3)
      // The last generation is the one that is used.
      let other = try stage.repository.commit(["README.md": "more words"], message: "More words")
      let used = try await stage.run("release", other)
      #expect(used.output.contains("already live"), "\(used.everything)")
      #expect(try await tags(stage)[other] == after["\(outside)-2"])
    }
  }

  @Test("where tags cannot be moved, a commit's tag that names another image is refused, with the way out")
  func immutable() async throws {
    try await Stage.with(fleet: "tagMutability: IMMUTABLE") { stage in
      try await stage.release(try stage.commit("B"))
      let commit = try stage.commit("C")
      let other = try #require(try await tags(stage).values.first)
      let manifest = try #require(
        try await stage.client.ecr.batchGetImage(repository: "wanzami-api", images: [.init(digest: other)]).images.first
      )
      _ = try await stage.client.ecr.putImage(
        repository: "wanzami-api", manifest: manifest.manifest, mediaType: manifest.mediaType, tag: commit)
      try await stage.untouched {
        let refused = try await stage.run("release", commit)
        #expect(refused.status == 3, "\(refused.everything)")
        #expect(refused.output.contains("names \(other) already"), "\(refused.everything)")
        #expect(refused.output.contains("With --rebuild the image gets a tag beside it"))
      }
      let rebuilt = try await stage.run("release", commit, "--rebuild")
      #expect(rebuilt.status == 0, "\(rebuilt.everything)")
      #expect(try await tags(stage)[commit] == other)
    }
  }

  @Test("an Engine that has nothing builds on the layers of the live release, unless the pipeline file says not to")
  func cache() async throws {
    try await Stage.with { stage in
      let docker = ["docker", "--host", try #require(stage.engine).dockerHost]
      func commit(_ version: String) throws -> String {
        try stage.repository.commit(
          [
            "backend/Dockerfile": .file("FROM scratch\nCOPY seldom /seldom\nCOPY version /version\n"),
            "backend/seldom": .file("of \(stage.folder.path)"), "backend/version": .file(version),
          ], message: "Version \(version)")
      }
      func forget(_ commit: String) throws {
        let filter = "label=org.opencontainers.image.revision=\(commit)"
        let images = try Command.check(docker + ["images", "--quiet", "--filter", filter]).text.split(separator: "\n")
        _ = try Command.check(docker + ["rmi", "--force"] + Set(images).map(String.init))
      }
      let text = try String(contentsOfFile: stage.pipeline, encoding: .utf8)
      let without = try stage.folder.write(
        "without.yml", text.replacing("context: backend", with: "context: backend, cacheFrom: none"))

      let first = try commit("B")
      try await stage.release(first)
      try forget(first)
      let second = try commit("C")
      let cached = try await stage.run("release", second)
      #expect(cached.status == 0, "\(cached.everything)")
      #expect(cached.errors.contains("Using cache"), "\(cached.everything)")
      try forget(second)
      let bare = try await stage.run("release", try commit("D"), pipeline: without)
      #expect(bare.status == 0, "\(bare.everything)")
      #expect(!bare.errors.contains("Using cache"), "\(bare.everything)")
    }
  }

  @Test("a working tree with changes is mentioned, and changes nothing in the image")
  func dirty() async throws {
    try await Stage.with { stage in
      let docker = ["docker", "--host", try #require(stage.engine).dockerHost]
      let commit = try stage.commit("committed")
      try stage.repository.write("backend/version", "changed since")
      try stage.repository.write("backend/more", "not even added")
      let finished = try await stage.run("release", commit)
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(
        finished.errors.contains("2 changed files of the working tree are not part of it"), "\(finished.everything)")
      let filter = "label=org.opencontainers.image.revision=\(commit)"
      let images = try Command.check(docker + ["images", "--quiet", "--filter", filter]).text
      let image = String(try #require(images.split(separator: "\n").first))
      let made = try Command.check(docker + ["create", image, "/none"]).text.split(separator: "\n")
      let container = String(try #require(made.last))
      defer { _ = try? Command.check(docker + ["rm", container]) }
      let copy = stage.folder.path + "/version-of-image"
      try Command.check(docker + ["cp", "\(container):/version", copy])
      #expect(try String(contentsOfFile: copy, encoding: .utf8) == "committed")
    }
  }

  @Test("the labels tell commit, time and source, without a password")
  func labels() async throws {
    try await Stage.with { stage in
      let commit = try stage.commit("labelled")
      try stage.repository.git("remote", "add", "origin", "https://ada:secret@git.example/team/api.git")
      try stage.repository.git("update-ref", "refs/remotes/origin/main", commit)
      try await stage.release(commit)
      let docker = ["docker", "--host", try #require(stage.engine).dockerHost]
      let filter = "label=org.opencontainers.image.revision=\(commit)"
      let images = try Command.check(docker + ["images", "--filter", filter, "--format", "{{.ID}}"]).text
      let image = try #require(images.split(separator: "\n").first)
      let labels = try Command.check(
        docker + ["inspect", "--format", "{{json .Config.Labels}}", String(image)]
      ).text
      let seconds = try #require(Double(try stage.repository.git("show", "-s", "--format=%ct", commit)))
      let parsed = try jsonObject(Substring(labels))
      #expect(parsed["org.opencontainers.image.revision"] as? String == commit)
      #expect(parsed["org.opencontainers.image.source"] as? String == "https://git.example/team/api")
      let created = try #require(parsed["org.opencontainers.image.created"] as? String)
      #expect(ISO8601DateFormatter().date(from: created) == Date(timeIntervalSince1970: seconds))
    }
  }

  @Test(
    "a scan is waited for, and what it finds decides",
    arguments: [
      ("scan: { seconds: 1, counts: { HIGH: 2 } }", Int32(0), "nothing of severity CRITICAL or worse (2 high)"),
      ("scan: { seconds: 1, counts: { CRITICAL: 1 } }", 3, "found 1 critical: CVE-2024-CRITICAL, and image.blockOn"),
      ("scan: { status: UNSUPPORTED_IMAGE }", 3, "ECR cannot scan"),
    ])
  func scan(fleet: String, exit: Int32, words: String) async throws {
    try await Stage.with(fleet: fleet) { stage in
      let text = try String(contentsOfFile: stage.pipeline, encoding: .utf8)
      let gated = try stage.folder.write(
        "gated.yml", text.replacing("context: backend", with: "context: backend, blockOn: CRITICAL"))
      let finished = try await stage.run("release", try stage.commit("B"), pipeline: gated)
      #expect(finished.status == exit, "\(finished.everything)")
      #expect(finished.everything.contains(words), "\(finished.everything)")
      #expect(try await stage.health().versions == [exit == 0 ? "2" : "1"])
    }
  }

  @Test("a platform that the instances do not run is refused before anything is built")
  func platform() async throws {
    try await Stage.with(fleet: "instanceType: t4g.small") { stage in
      let commit = try stage.commit("B")
      let text = try String(contentsOfFile: stage.pipeline, encoding: .utf8)
      let other = try stage.folder.write(
        "other.yml", text.replacing("context: backend", with: "context: backend, platform: linux/amd64"))
      try await stage.untouched {
        let asked = try await stage.run("release", commit, pipeline: other)
        #expect(asked.status == 3, "\(asked.everything)")
        #expect(asked.output.contains("image.platform is linux/amd64, but the instances of group wanzami-api"))
        #expect(asked.output.contains("(t4g.small) run linux/arm64"), "\(asked.everything)")
        #expect(!asked.errors.contains("building"))
        // The Engine here builds for its own machine, whatever it is asked for: seen before the push.
        let built = try await stage.run("release", commit)
        #expect(built.status == 3, "\(built.everything)")
        for word in ["was built for linux/amd64, not for linux/arm64", "DOCKER_HOST", "binfmt", "image.platform"] {
          #expect(built.output.contains(word), "\(word): \(built.everything)")
        }
        #expect(!built.errors.contains("push |"))
      }
      #expect(try await tags(stage).isEmpty)
    }
  }
}

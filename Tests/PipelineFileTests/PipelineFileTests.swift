import Foundation
import ReleaseCore
import Testing

@testable import PipelineFile

@Suite("Finding the pipeline file")
struct LocatePipelineFileTests {
  @Test("the flag wins over the environment, and the environment over the folder")
  func precedence() throws {
    let folder = ["a.yml", "b.yml"]
    #expect(try PipelineFile.locate(flag: "x.yml", environment: "y.yml", folder: folder) == "x.yml")
    #expect(try PipelineFile.locate(flag: nil, environment: "y.yml", folder: folder) == "y.yml")
    #expect(try PipelineFile.locate(flag: nil, environment: "", folder: ["a.yml"]) == "pipelines/a.yml")
  }

  @Test(
    "the only candidate is taken, and files that are no service's are none",
    arguments: [
      (["wanzami-api.yml"], "pipelines/wanzami-api.yml"), (["api.yaml"], "pipelines/api.yaml"),
      (
        [
          "reference.yml", "rehearsal.yml", "infrastructure.yml", "github-actions.yml", "gitlab-ci.yml", "ci.sh",
          "reference.yaml", "README.md",
          ".yml", ".hidden.yml", "api.yml", "api.yml~",
        ], "pipelines/api.yml"
      ),
    ])
  func candidate(folder: [String], expected: String) throws {
    #expect(try PipelineFile.locate(flag: nil, environment: nil, folder: folder) == expected)
  }

  @Test("several candidates are listed, and none says what to do; both end with exit 2")
  func unclear() {
    #expect(throws: PipelineFileError.several(["pipelines/a.yaml", "pipelines/b.yml"])) {
      try PipelineFile.locate(flag: nil, environment: nil, folder: ["b.yml", "reference.yml", "a.yaml"])
    }
    #expect(throws: PipelineFileError.noneFound) {
      try PipelineFile.locate(flag: nil, environment: nil, folder: ["reference.yml"])
    }
    #expect(PipelineFileError.several(["pipelines/a.yml", "pipelines/b.yml"]).description.contains("--pipeline"))
    #expect(PipelineFileError.noneFound.description.contains("fleet: { group: NAME }"))
    #expect(PipelineFileError.exitCode == 2)
  }

  @Test("a file that is not there is named with the reason")
  func unreadable() throws {
    let error = #expect(throws: PipelineFileError.self) { try PipelineFile.load(path: "/nowhere/pipeline.yml") }
    let text = try #require(error?.description)
    #expect(text.hasPrefix("/nowhere/pipeline.yml: the pipeline file cannot be read: "))
  }
}

@Suite("Pipeline files of the repository")
struct RepositoryPipelineFileTests {
  private func path(_ name: String) -> String {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/\(root)/pipelines/\(name)"
  }

  @Test("reference.yml is right and has every key")
  func reference() throws {
    let pipeline = try PipelineFile.load(path: path("reference.yml"))
    #expect(pipeline.service == "wanzami-api")
    #expect(pipeline.image.buildArgs == ["NODE_ENV": "production"])
    #expect(pipeline.image.target == nil)
    #expect(pipeline.rollout.checkpoints == [50, 100])
    #expect(pipeline.rollout.alarms == ["wanzami-api-5xx"])
    #expect(pipeline.rollout.timeout == .seconds(3600))
    #expect(pipeline.rollback == .automatic)

    let keys = try KeysOfFile(path: path("reference.yml"))
    for (section, known) in KnownKeys.sections {
      // The three points of hooks take the same keys, which are shown once.
      let alike = KnownKeys.sections.filter { $0.value == known }.map(\.key)
      for key in known {
        #expect(alike.contains { keys.all.contains(KnownKeys.path(key, in: $0)) }, "\(section) \(key)")
      }
    }
    #expect(pipeline.hooks.beforeRollout.map(\.command) == [["npm", "run", "migrate"]])
    #expect(pipeline.hooks.afterPassed.map(\.place) == [.local])
    #expect(pipeline.notices.webhook == "WANZAMI_WEBHOOK")
  }

  @Test("wanzami-api.yml is the first service")
  func service() throws {
    let pipeline = try PipelineFile.load(path: path("wanzami-api.yml"))
    #expect(pipeline.fleet.group == "wanzami-api")
    #expect(pipeline.image.context == "backend")
    #expect(pipeline.image.platform == "linux/arm64")
    #expect(pipeline.source.branch == "main")
  }

  @Test("rehearsal.yml waits for nothing longer than a few seconds")
  func rehearsal() throws {
    let rollout = try PipelineFile.load(path: path("rehearsal.yml")).rollout
    #expect(rollout.poll <= .milliseconds(500))
    for wait in [rollout.warmup, rollout.bake, rollout.unhealthyAfter] {
      #expect(try #require(wait) <= .seconds(5))
    }
    // Waited for by no release that ends as foretold, only by an app that never answers: room for a busy machine.
    #expect(rollout.startWithin <= .seconds(15))
  }
}

/// The paths of a file's keys by their indentation alone, without a YAML parser; a list's dash counts as indentation.
private struct KeysOfFile {
  var all: Set<String> = []

  init(path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var parents: [(indent: Int, key: String)] = []
    for line in text.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("#") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let key = line[..<colon].drop { $0 == " " || $0 == "-" }
      let indent = line.distance(from: line.startIndex, to: key.startIndex)
      parents.removeAll { $0.indent >= indent }
      parents.append((indent, String(key)))
      all.insert(parents.map(\.key).joined(separator: "."))
    }
  }
}

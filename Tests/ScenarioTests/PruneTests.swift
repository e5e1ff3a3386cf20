import AWSClient
import Foundation
import RealParts
import Testing

@Suite("Old releases and their images", .serialized, .enabled(if: Stage.canRun, Stage.condition))
struct PruneTests {
  private func versions(_ stage: Stage) async throws -> [Int] {
    try await stage.client.ec2.describeLaunchTemplateVersions(.name("wanzami-api")).map(\.number).sorted()
  }

  private func digests(_ stage: Stage) async throws -> Set<String> {
    Set(try await stage.client.ecr.describeImages(repository: "wanzami-api").map(\.digest))
  }

  @Test("are shown before they are deleted; the live release and the rollback target stay, and the rollback lands")
  func prune() async throws {
    try await Stage.with { stage in
      var images: [Set<String>] = []
      for version in ["B", "C", "D"] {
        try await stage.release(try stage.commit(version))
        images.append(try await digests(stage))
      }
      let text = try String(contentsOfFile: stage.pipeline, encoding: .utf8)
      let strict = try stage.folder.write(
        "strict.yml",
        text.replacing("context: backend", with: "context: backend, reuseFor: 0s") + "prune: { keep: 1, window: 0s }\n")

      let young = try await stage.run("prune", "--yes")
      #expect(young.status == 0 && young.output.hasPrefix("nothing to delete"), "\(young.everything)")
      for arguments in [["--dry-run"], ["--dry-run", "--yes"], []] {
        let shown = try await stage.run(["prune", "--pipeline", strict] + arguments)
        #expect(shown.status == 0, "\(shown.everything)")
        #expect(shown.output.contains("to delete of launch template wanzami-api"), "\(shown.everything)")
        #expect(shown.output.contains("release 3 stays: it is the rollback target"), "\(shown.everything)")
      }
      #expect(try await versions(stage) == [1, 2, 3, 4])
      #expect(try await digests(stage) == images[2])

      let pruned = try await stage.run("prune", "--yes", pipeline: strict)
      #expect(pruned.status == 0, "\(pruned.everything)")
      #expect(pruned.output.contains("deleted 1 release and 1 image"), "\(pruned.everything)")
      #expect(try await versions(stage) == [1, 3, 4])
      #expect(try await digests(stage) == images[2].subtracting(images[0]))
      let again = try await stage.run("prune", "--yes", pipeline: strict)
      #expect(again.output.hasPrefix("nothing to delete"), "\(again.everything)")

      let back = try await stage.run("rollback")
      #expect(back.status == 0, "\(back.everything)")
      #expect(try await stage.health().versions == ["3"])
    }
  }

  @Test("stay where they cannot be deleted: exit 1, with AWS's word, and the image of a version that stays is kept")
  func denied() async throws {
    try await Stage.with(fleet: "denied: [ec2:DeleteLaunchTemplateVersions]") { stage in
      for version in ["B", "C", "D"] { try await stage.release(try stage.commit(version)) }
      let text = try String(contentsOfFile: stage.pipeline, encoding: .utf8)
      let strict = try stage.folder.write(
        "strict.yml",
        text.replacing("context: backend", with: "context: backend, reuseFor: 0s") + "prune: { keep: 1, window: 0s }\n")
      let before = try await digests(stage)
      let pruned = try await stage.run("prune", "--yes", pipeline: strict)
      #expect(pruned.status == 1, "\(pruned.everything)")
      #expect(pruned.errors.contains("ec2:DeleteLaunchTemplateVersions"), "\(pruned.everything)")
      #expect(try await digests(stage) == before)
    }
  }
}

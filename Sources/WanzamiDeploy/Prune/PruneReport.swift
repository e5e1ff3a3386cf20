import ReleaseCore

/// What `prune` would delete, and what it leaves for a reason.
struct PruneReport {
  let plan: PrunePlan
  let survey: PruneSurvey

  func lines() -> [String] {
    let template = survey.fleet.template?.name ?? ""
    guard !plan.isEmpty else {
      return ["nothing to delete: \(plan.versionsLeft) releases and \(plan.imagesLeft) images stay"] + reasons()
    }
    var lines: [String] = []
    if !plan.versions.isEmpty {
      lines.append("to delete of launch template \(template):")
      var table = Table(header: ["RELEASE", "COMMIT", "BY", "CREATED"])
      table.rows = plan.versions.map { version in
        [
          String(version.number), version.release.commit.short, version.release.by,
          version.created?.timestamp ?? "-",
        ]
      }
      lines += table.lines(indent: 2)
    }
    if !plan.images.isEmpty {
      lines.append("to delete of \(survey.fleet.repository):")
      var table = Table(header: ["DIGEST", "PUSHED", "MB", "TAGS"])
      table.rows = plan.images.map { image in
        [
          image.digest.short, image.pushed?.timestamp ?? "-", String((image.bytes + 500_000) / 1_000_000),
          image.tags.joined(separator: " "),
        ]
      }
      lines += table.lines(indent: 2)
    }
    lines.append("\(plan.versionsLeft) releases and \(plan.imagesLeft) images stay")
    return lines + reasons()
  }

  /// Why something old stays; images of somebody else's are no news.
  private func reasons() -> [String] {
    let not = survey.isInECR ? [] : ["images are left alone: \(survey.fleet.repository) is not in ECR"]
    return not + plan.kept.map { "  \($0.what) stays: \($0.why)" }
  }

  func jsonLines() -> [String] {
    let versions = plan.versions.map { version in
      JSONLine.encode([
        .text("event", "prune.release"), .number("release", version.number),
        .text("commit", version.release.commit.hex), .text("digest", version.release.digest.text),
        .text("created", version.created?.timestamp ?? ""),
      ])
    }
    let images = plan.images.map { image in
      JSONLine.encode([
        .text("event", "prune.image"), .text("digest", image.digest.text), .list("tags", image.tags),
        .text("pushed", image.pushed?.timestamp ?? ""), .number("bytes", image.bytes),
      ])
    }
    let kept = plan.kept.map { kept in
      JSONLine.encode([.text("event", "prune.kept"), .text("what", kept.what), .text("why", kept.why)])
    }
    return versions + images + kept
  }

  /// `3 releases and 2 images`.
  static func amount(_ plan: PrunePlan) -> String {
    let words = [(plan.versions.count, "release"), (plan.images.count, "image")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
    return words.isEmpty ? "nothing" : words.joined(separator: " and ")
  }

  /// How it ended.
  static func end(_ plan: PrunePlan, problems: Int) -> (facts: [Announcement.Fact], sentence: String) {
    let facts: [Announcement.Fact] = [
      .text("event", "prune.ended"), .number("releases", plan.versions.count), .number("images", plan.images.count),
      .number("problems", problems),
    ]
    return (
      facts, problems == 0 ? "deleted \(amount(plan))" : "of \(amount(plan)), \(problems) could not be deleted"
    )
  }
}

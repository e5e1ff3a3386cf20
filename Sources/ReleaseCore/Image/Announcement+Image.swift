extension Announcement {
  static func building(_ order: BuildOrder) -> Announcement {
    let fresh = order.isFresh ? ", with base images asked for anew" : ""
    return Announcement(
      "build.started", .info, [.text("reference", order.reference), .text("platform", order.platform ?? "")],
      "building \(order.reference) from \(order.image.context.isEmpty ? "the root" : order.image.context) of commit "
        + "\(order.commit.short)\(order.platform.map { " for \($0)" } ?? "")\(fresh)")
  }

  static func imageFound(_ image: StoredImage, at now: Moment) -> Announcement {
    Announcement(
      "image.found", .info, [.text("digest", image.digest.text), .text("tag", image.tag)],
      "nothing to build: the registry has the image of this content as \(image.digest) (\(image.tag)"
        + "\(image.built.map { ", \(Age.words(now - $0)) old" } ?? ""))")
  }

  static func imageOutdated(_ image: StoredImage, limit: Duration, at now: Moment) -> Announcement {
    let age = image.built.map { "is \(Age.words(now - $0)) old" } ?? "does not tell its age"
    return Announcement(
      "image.outdated", .info, [.text("digest", image.digest.text), .text("tag", image.tag)],
      "the image of this content (\(image.tag)) \(age), and image.reuseFor is \(Age.words(limit))")
  }

  static func pushed(_ digest: Digest, repository: String) -> Announcement {
    Announcement(
      "image.pushed", .info, [.text("reference", "\(repository)@\(digest)"), .text("digest", digest.text)],
      "pushed to \(repository), which the registry confirms as \(digest)")
  }

  static func imageTagged(_ reference: String, digest: Digest) -> Announcement {
    Announcement(
      "image.tagged", .info, [.text("reference", reference), .text("digest", digest.text)],
      "\(reference) names \(digest)")
  }

  static func scanWaiting(_ what: String, for waited: Duration) -> Announcement {
    Announcement(
      "scan.waiting", .info, [.text("for", what), .number("seconds", waited.wholeSecondsRoundedUp)],
      "waiting for the scan of the image: \(what)")
  }

  static func scanPassed(_ report: ScanReport, blockOn: Severity) -> Announcement {
    Announcement(
      "scan.passed", .info, [.text("blockOn", blockOn.rawValue), .text("findings", report.summary)],
      "the scan of the image found nothing of severity \(blockOn.rawValue) or worse (\(report.summary))")
  }
}

/// An age or a limit in words.
enum Age {
  /// `3 days`, `5 hours`, `12 minutes`, `40 seconds`: rounded down, in the largest unit that gives two or more.
  static func words(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    for (unit, length) in [("day", Int64(86_400)), ("hour", 3600), ("minute", 60)] where seconds >= 2 * length {
      return "\(seconds / length) \(unit)s"
    }
    return "\(seconds) second\(seconds == 1 ? "" : "s")"
  }
}

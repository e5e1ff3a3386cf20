/// Where a notice goes.
public enum NoticeChannel: Equatable, Sendable {
  /// A Slack-compatible webhook whose URL, a secret, is in this environment variable.
  case webhook(variable: String)
  /// An SNS topic, by its ARN.
  case topic(String)

  public var words: String {
    switch self {
    case .webhook(let variable): "the webhook of \(variable)"
    case .topic(let arn): "topic \(arn)"
    }
  }
}

/// What people are told of a run that has ended.
public struct Notice: Equatable, Sendable {
  /// Short, on one line: `wanzami-api: release 42 released`.
  public var title: String
  /// What happened and why, in whole sentences.
  public var text: String
  public var facts: [Fact]
  public var level: Announcement.Level
  /// How long all of it may take: a notice holds nothing up.
  public var within: Duration

  public struct Fact: Equatable, Sendable {
    public var name: String
    public var value: String
  }

  public static let patience = Duration.seconds(10)
  /// A CI job that was cancelled has seconds left.
  public static let patienceOfInterrupted = Duration.milliseconds(1500)

  init(_ run: Run, _ outcome: Outcome) {
    let subject = run.subject
    title =
      "\(run.pipeline.service): "
      + (subject.release.map { "release \($0) " } ?? "") + outcome.name.replacingDashes
    text = outcome.sentence
    level = Announcement.ended(outcome).level
    let known: [(String, String?)] = [
      ("service", run.pipeline.service), ("group", run.pipeline.fleet.group),
      ("commit", subject.commit.map { "\($0.short) \(subject.summary)".trimmed }), ("digest", subject.digest?.text),
      ("by", run.actor), ("run", run.id.text), ("exit", String(outcome.exitCode)),
    ]
    facts = known.compactMap { name, value in value.map { Fact(name: name, value: $0) } }
    let isHurried = run.wasAskedToStop || outcome.exitCode == 7
    within = isHurried ? Notice.patienceOfInterrupted : Notice.patience
  }
}

extension Pipeline.Notices {
  var channels: [NoticeChannel] {
    [webhook.map { .webhook(variable: $0) }, topic.map { .topic($0) }].compactMap { $0 }
  }
}

extension Outcome {
  /// Every name that a run can end with.
  public static let names = [
    "released", "already-live", "landed", "nothing-to-do", "failed", "refused", "held", "rolled-back", "needs-person",
    "interrupted",
  ]

  /// The ends that somebody wants to hear of, where the pipeline names none: those that moved, or meant to move, the
  /// fleet.
  public static let toldByDefault: Set<String> = [
    "released", "landed", "failed", "rolled-back", "needs-person", "interrupted",
  ]
}

extension String {
  fileprivate var trimmed: String { last == " " ? String(dropLast()) : self }

  /// `rolled-back` as `rolled back`.
  fileprivate var replacingDashes: String { split(separator: "-").joined(separator: " ") }
}

/// One thing that a run has to say: a name and facts for machines, a sentence for people.
public struct Announcement: Equatable, Sendable {
  public enum Level: String, Sendable {
    case info
    case warning
    case error
  }

  /// The event's name in `--output json`, such as `refresh.started`.
  public var name: String
  public var level: Level
  /// In the order in which they are to be shown.
  public var facts: [Fact]
  /// One or more whole sentences, without a full stop at the end.
  public var sentence: String

  public struct Fact: Equatable, Sendable {
    public var key: String
    public var value: Value

    public enum Value: Equatable, Sendable {
      case text(String)
      case number(Int)
      case list([String])
    }
  }

  /// Whether it tells of a beginning, and not of something that has come to pass.
  public var isBeginning: Bool { name.hasSuffix(".started") }

  public init(_ name: String, _ level: Level = .info, _ facts: [Fact] = [], _ sentence: String) {
    self.name = name
    self.level = level
    self.facts = facts
    self.sentence = sentence
  }
}

extension Announcement.Fact {
  public static func text(_ key: String, _ value: String) -> Self { Self(key: key, value: .text(value)) }
  public static func number(_ key: String, _ value: Int) -> Self { Self(key: key, value: .number(value)) }
  public static func list(_ key: String, _ value: [String]) -> Self { Self(key: key, value: .list(value)) }
}

extension Announcement {
  static func resolved(_ commit: ResolvedCommit) -> Announcement {
    let dirty =
      commit.dirtyFiles == 0
      ? "" : "; \(commit.dirtyFiles) changed files of the working tree are not part of it"
    return Announcement(
      "commit.resolved", .info,
      [.text("commit", commit.commit.hex), .text("branch", commit.branch), .text("summary", commit.summary)],
      "commit \(commit.commit.short) on \(commit.branch): \(commit.summary)\(dirty)")
  }

  static func surveyed(_ survey: Survey) -> Announcement {
    let group = survey.group
    let saved = group.configuration.template.map { "\($0.name) version \($0.version)" } ?? "no launch template"
    let counted = group.instances.filter { $0.lifecycle == .inService }.count
    return Announcement(
      "fleet.surveyed", .info,
      [.text("group", group.name), .number("desired", group.desired), .number("inService", counted)],
      "group \(group.name): \(saved), \(counted) of \(group.desired) instances in service, "
        + "\(survey.targetGroups.count) target group\(survey.targetGroups.count == 1 ? "" : "s")")
  }

  public static func warning(_ sentence: String) -> Announcement { Announcement("warning", .warning, [], sentence) }

  static func versionCreated(_ number: Int, template: String, source: Int, isReused: Bool) -> Announcement {
    Announcement(
      isReused ? "release.found" : "release.created", .info, [.number("release", number), .number("source", source)],
      isReused
        ? "release \(number): version \(number) of launch template \(template) has the same data already"
        : "release \(number): version \(number) of launch template \(template), made from version \(source)")
  }

  static func pinned(_ number: Int, group: String) -> Announcement {
    Announcement(
      "group.pinned", .info, [.number("version", number)],
      "group \(group) was on an alias that moves; it is set to version \(number), which its instances run")
  }

  static func refreshStarted(_ id: String, release: Int, order: RefreshOrder) -> Announcement {
    Announcement(
      "refresh.started", .info, [.text("refresh", id), .number("release", release)],
      "instance refresh \(id) to release \(release): \(order.percent.min)–\(order.percent.max) % healthy, warmup "
        + "\(order.warmupSeconds) s, bake \(order.bakeSeconds) s")
  }

  static func adopted(_ id: String, release: Int) -> Announcement {
    Announcement(
      "refresh.adopted", .info, [.text("refresh", id), .number("release", release)],
      "instance refresh \(id) to release \(release) is under way already; taking up its watch")
  }

  static func verdictFailed(_ release: Int, _ sentence: String) -> Announcement {
    Announcement(
      "verdict.failed", .error, [.number("release", release), .text("cause", sentence)],
      "release \(release) failed: \(sentence)")
  }

  static func rollingBack(from release: Int, to aim: Int, how: String) -> Announcement {
    Announcement(
      "rollback.started", .warning, [.number("from", release), .number("to", aim), .text("how", how)],
      "rolling back from release \(release) to release \(aim): \(how)")
  }

  static func evidence(_ evidence: Evidence) -> Announcement {
    var lines = ["evidence of \(evidence.instance): \(evidence.targets.joined(separator: "; "))"]
    lines += evidence.activities.map { "  activity  | \($0)" }
    lines += evidence.containerLines.map { "  container | \($0)" }
    lines += evidence.consoleLines.map { "  console   | \($0)" }
    lines += evidence.gaps.map { "  (\($0))" }
    return Announcement(
      "evidence", .info,
      [
        .text("instance", evidence.instance), .list("targets", evidence.targets),
        .list("activities", evidence.activities), .list("container", evidence.containerLines),
        .list("console", evidence.consoleLines),
        .list("gaps", evidence.gaps),
      ], lines.joined(separator: "\n"))
  }

  /// The name of the last announcement of a run.
  public static let endedName = "run.ended"

  /// - Parameter subject: what the run was about, as far as it had come.
  public static func ended(_ outcome: Outcome, _ subject: Subject = Subject()) -> Announcement {
    let level: Level =
      switch outcome.exitCode {
      case 0: .info
      case 5, 7: .warning
      default: .error
      }
    let known: [Fact?] = [
      subject.release.map { .number("release", $0) }, subject.digest.map { .text("digest", $0.text) },
      subject.commit.map { .text("commit", $0.hex) }, subject.aim.map { .number("aim", $0) },
    ]
    return Announcement(
      endedName, level,
      [.text("result", outcome.name), .number("exit", Int(outcome.exitCode))] + known.compactMap { $0 },
      outcome.sentence)
  }

  /// The first announcement of a run.
  public static func started(_ run: Run, program: String) -> Announcement {
    Announcement(
      "run.started", .info,
      [
        .text("run", run.id.text), .text("command", run.intent.name), .text("service", run.pipeline.service),
        .text("group", run.pipeline.fleet.group), .text("by", run.actor), .text("program", program),
      ], "run \(run.id): \(run.intent.inWords(run.pipeline)), by \(run.actor)")
  }
}

extension Intent {
  /// The command.
  var name: String {
    switch self {
    case .release: "release"
    case .rollback: "rollback"
    case .resume: "resume"
    }
  }

  fileprivate func inWords(_ pipeline: Pipeline) -> String {
    switch self {
    case .release(let options):
      "release of \(options.inWords ?? "the head of \(pipeline.source.branch)") to \(pipeline.service)"
    case .rollback(let options):
      "rollback of \(pipeline.service)" + (options.release.map { " to release \($0)" } ?? "")
    case .resume: "resume of \(pipeline.service)"
    }
  }
}

extension ReleaseOptions {
  /// What is released; `nil`: the head of the branch.
  fileprivate var inWords: String? {
    isRedeploy ? "the live image, on new instances," : revision ?? image.map { "image \($0.text)" }
  }
}

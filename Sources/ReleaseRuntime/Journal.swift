import Glibc
public import ReleaseCore
import Synchronization

/// One line of a run's journal.
public enum JournalEntry: Sendable {
  /// Before an action is performed.
  case began(Action)
  /// After it was answered.
  case answered(Event)
  case said(Announcement)
  /// Beside the effects: what was seen, for whoever reads of the run later.
  case saw(Sighting)
}

/// The journal of a run: a file of JSON lines, written before and after each effect.
///
/// Each line is one write to a file opened for appending, so a killed run leaves whole lines. Reads and waits are not
/// written down as entries of their own, only what changes something, what was answered, what was said, and what was seen.
public final class Journal: Sendable {
  public let path: String
  private let run: RunID
  private let file: Int32?
  private let openingProblem: String?
  private let hasWarned = Mutex(false)

  /// Opens `folder/<run>.jsonl`, making the folders; a failure shows at the first entry. The folder is the user's
  /// alone (mode 0700), for a journal names the account's parts.
  public init(folder: String, run: RunID) {
    self.run = run
    path = "\(folder)/\(run).jsonl"
    var partial = ""
    for part in folder.split(separator: "/", omittingEmptySubsequences: false) {
      partial +=
        part.isEmpty && partial.isEmpty ? "/" : (partial.hasSuffix("/") || partial.isEmpty ? "\(part)" : "/\(part)")
      if !partial.isEmpty { mkdir(partial, 0o700) }
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    file = descriptor >= 0 ? descriptor : nil
    openingProblem = descriptor >= 0 ? nil : String(cString: strerror(errno))
  }

  deinit {
    if let file { close(file) }
  }

  /// Writes an entry; gives the problem in the system's words, or `nil`.
  public func record(_ entry: JournalEntry, at moment: Moment) -> String? {
    guard let facts = entry.facts else { return nil }
    guard let file else { return openingProblem ?? "it is not open" }
    let line = JSONLine.encode([.text("time", moment.timestamp), .text("run", run.text)] + facts) + "\n"
    let bytes = Array(line.utf8)
    let written = write(file, bytes, bytes.count)
    if written == bytes.count { return nil }
    return written < 0 ? String(cString: strerror(errno)) : "the disk took \(written) of \(bytes.count) bytes"
  }

  /// `true` once.
  func shouldWarn() -> Bool {
    hasWarned.withLock { warned in
      defer { warned = true }
      return !warned
    }
  }
}

extension JournalEntry {
  /// What is written; `nil`: reads and waits are not.
  var facts: [Announcement.Fact]? {
    switch self {
    case .began(let action):
      action.effectFacts.map { [.text("entry", "began")] + $0 }
    case .answered(let event):
      event.effectFacts.map { [.text("entry", "answered")] + $0 }
    case .saw(let sighting):
      [.text("entry", "saw")] + sighting.facts
    case .said(let announcement):
      [.text("entry", "said"), .text("event", announcement.name), .text("level", announcement.level.rawValue)]
        + announcement.facts + [.text("sentence", announcement.sentence)]
    }
  }
}

extension Action {
  /// The action as the journal has it; `nil` for what changes nothing.
  var effectFacts: [Announcement.Fact]? {
    switch self {
    case .build(let order): [.text("action", "build"), .text("reference", order.reference)]
    case .push(let order): [.text("action", "push"), .text("reference", order.reference)]
    case .tagImage(let order):
      [.text("action", "tagImage"), .text("commit", order.commit.hex), .text("digest", order.digest.text)]
    case .pin(let saved): [.text("action", "pin"), .text("version", saved.template?.version.description ?? "")]
    case .createVersion(let order):
      [
        .text("action", "createVersion"), .text("template", order.templateID), .number("source", order.source),
        .text("description", order.description),
      ]
    case .tag(let tags):
      [.text("action", "tag"), .list("tags", tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value ?? "")" })]
    case .startRefresh(let order):
      [.text("action", "startRefresh"), .number("version", order.version ?? 0)]
    case .rollBackRefresh: [.text("action", "rollBackRefresh")]
    case .cancelRefresh: [.text("action", "cancelRefresh")]
    case .runHook(let order):
      [
        .text("action", "runHook"), .text("hook", order.point.rawValue), .list("command", order.hook.command),
        .text("where", order.hook.place.rawValue), .text("image", order.image ?? ""),
      ]
    case .notify(let notice, let channel):
      [.text("action", "notify"), .text("to", channel.words), .text("title", notice.title)]
    case .resolve, .survey, .compare, .checkRollbackTarget, .checkImage, .findImage, .checkScan, .observe,
      .collectEvidence, .wait, .announce, .end:
      nil
    }
  }
}

extension Event {
  /// The answer as the journal has it; `nil` for reads.
  var effectFacts: [Announcement.Fact]? {
    switch self {
    case .built(let image):
      [.text("action", "build"), .text("image", image.id), .text("platform", image.platform)]
    case .pushed(let digest): [.text("action", "push"), .text("digest", digest.text)]
    case .imageTagged(let reference): [.text("action", "tagImage"), .text("reference", reference)]
    case .pinned: [.text("action", "pin")]
    case .versionCreated(let number): [.text("action", "createVersion"), .number("version", number)]
    case .tagged: [.text("action", "tag")]
    case .refreshStarted(let id): [.text("action", "startRefresh"), .text("refresh", id)]
    case .rollbackAccepted: [.text("action", "rollBackRefresh")]
    case .cancelAccepted: [.text("action", "cancelRefresh")]
    case .hookPassed: [.text("action", "runHook")]
    case .notified(let channel): [.text("action", "notify"), .text("to", channel.words)]
    case .failed(let action, let failure): [.text("action", action.rawValue), .text("failed", failure.sentence)]
    case .interrupted(let signal): [.text("signal", signal)]
    case .resolved, .surveyed, .compared, .rollbackTargetChecked, .imageChecked, .imageFound, .scanned, .observed,
      .evidence, .woke:
      nil
    }
  }
}

public import ReleaseCore

/// What a journal tells of a run, put in order for a page. A journal that was cut, or whose run was killed, gives what it
/// has.
public struct RunRecord: Equatable, Sendable {
  public var run = ""
  public var command = ""
  public var service = ""
  public var group = ""
  public var by = ""
  public var program = ""
  public var began: Moment?
  /// When the last line was written.
  public var last: Moment?
  public var ending: Ending?
  public var release: Int?
  public var digest: String?
  public var commit: String?
  public var stages: [Span] = []
  public var lanes: [Lane] = []
  public var capacity: [Capacity] = []
  public var traffic: [Traffic] = []
  public var said: [Said] = []
  public var evidence: [Said] = []
  public var calls: [Call] = []
  /// Calls that only read and were left out of the journal, past its limit.
  public var callsLeftOut = 0
  /// Lines that could not be read.
  public var brokenLines = 0

  public struct Ending: Equatable, Sendable {
    public var result: String
    public var exit: Int
    public var sentence: String
  }

  /// Something that lasted: `end` `nil` until the journal's end.
  public struct Span: Equatable, Sendable {
    public var name: String
    public var begin: Moment
    public var end: Moment?
    /// What it was, in words.
    public var words: String
  }

  /// One instance over the run.
  public struct Lane: Equatable, Sendable {
    public var instance: String
    public var release: Int
    public var spans: [Span]
  }

  public struct Capacity: Equatable, Sendable {
    public var at: Moment
    public var serving: Int
    public var floor: Int
    public var desired: Int
  }

  public struct Traffic: Equatable, Sendable {
    public var at: Moment
    public var requests: Int
    public var failed: Int
  }

  public struct Said: Equatable, Sendable {
    public var at: Moment
    public var event: String
    public var level: String
    public var sentence: String
  }

  public struct Call: Equatable, Sendable {
    public var at: Moment
    public var service: String
    public var operation: String
    public var resource: String
    /// `0`: no answer came.
    public var status: Int
    public var code: String
    public var requestID: String
    public var isRead: Bool
    public var milliseconds: Int
    public var attempt: Int
  }

  /// Where an instance's lane is.
  private var places: [String: Int] = [:]

  /// Reads a whole journal; lines that are no journal's are counted and left out.
  public init(journal: String) {
    for line in journal.split(whereSeparator: { $0 == "\n" }) {
      guard let line = JournalLine(line), let at = line.time else {
        brokenLines += 1
        continue
      }
      began = began ?? at
      last = at
      run = line[text: "run"] ?? run
      take(line, at: at)
    }
    close()
  }

  private mutating func take(_ line: JournalLine, at: Moment) {
    switch line[text: "entry"] {
    case "said": takeSaid(line, at: at)
    case "saw": takeSight(line, at: at)
    default: break
    }
  }

  private mutating func takeSight(_ line: JournalLine, at: Moment) {
    switch line[text: "what"] {
    case "stage": takeStage(line[text: "stage"] ?? "", at: at)
    case "capacity":
      capacity.append(
        Capacity(
          at: at, serving: line[number: "serving"] ?? 0, floor: line[number: "floor"] ?? 0,
          desired: line[number: "desired"] ?? 0))
    case "traffic":
      traffic.append(Traffic(at: at, requests: line[number: "requests"] ?? 0, failed: line[number: "failed"] ?? 0))
    case "call": takeCall(line, at: at)
    case "callsLeftOut": callsLeftOut = line[number: "count"] ?? callsLeftOut
    default: break
    }
  }

  private mutating func takeSaid(_ line: JournalLine, at: Moment) {
    let event = line[text: "event"] ?? ""
    let entry = Said(
      at: at, event: event, level: line[text: "level"] ?? "info", sentence: line[text: "sentence"] ?? "")
    if event != "evidence" { said.append(entry) }
    switch event {
    case "run.started":
      command = line[text: "command"] ?? ""
      service = line[text: "service"] ?? ""
      group = line[text: "group"] ?? ""
      by = line[text: "by"] ?? ""
      program = line[text: "program"] ?? ""
    case "commit.resolved": commit = line[text: "commit"]
    case "image.pushed": digest = line[text: "digest"]
    case "release.created", "release.found", "refresh.adopted": release = line[number: "release"] ?? release
    case "evidence": evidence.append(entry)
    case "instance.changed", "instance.gone": takeInstance(line, isGone: event == "instance.gone", at: at)
    case Announcement.endedName:
      ending = Ending(
        result: line[text: "result"] ?? "", exit: line[number: "exit"] ?? 0, sentence: entry.sentence)
      release = line[number: "release"] ?? release
      digest = line[text: "digest"] ?? digest
      commit = line[text: "commit"] ?? commit
    default: break
    }
  }

  private mutating func takeStage(_ name: String, at: Moment) {
    if let open = stages.indices.last, stages[open].end == nil { stages[open].end = at }
    stages.append(Span(name: name, begin: at, end: nil, words: name))
  }

  private mutating func takeInstance(_ line: JournalLine, isGone: Bool, at: Moment) {
    guard let instance = line[text: "instance"] else { return }
    let index = places[instance] ?? lanes.endIndex
    if index == lanes.endIndex {
      lanes.append(Lane(instance: instance, release: line[number: "release"] ?? 0, spans: []))
      places[instance] = index
    }
    if let open = lanes[index].spans.indices.last, lanes[index].spans[open].end == nil {
      lanes[index].spans[open].end = at
    }
    guard !isGone else { return }
    let look = LaneLook(lifecycle: line[text: "lifecycle"] ?? "", targets: line[list: "targets"])
    lanes[index].spans.append(
      Span(name: look.rawValue, begin: at, end: nil, words: line[text: "state"] ?? look.rawValue))
  }

  private mutating func takeCall(_ line: JournalLine, at: Moment) {
    calls.append(
      Call(
        at: at, service: line[text: "service"] ?? "", operation: line[text: "operation"] ?? "",
        resource: line[text: "resource"] ?? "", status: line[number: "status"] ?? 0, code: line[text: "code"] ?? "",
        requestID: line[text: "requestID"] ?? "",
        isRead: line[text: "kind"] == "read", milliseconds: line[number: "milliseconds"] ?? 0,
        attempt: line[number: "attempt"] ?? 1))
  }

  /// What is open lasts until the journal's end.
  private mutating func close() {
    guard let last else { return }
    if let open = stages.indices.last, stages[open].end == nil { stages[open].end = last }
    for lane in lanes.indices {
      if let open = lanes[lane].spans.indices.last, lanes[lane].spans[open].end == nil {
        lanes[lane].spans[open].end = last
      }
    }
  }
}

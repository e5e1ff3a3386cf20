import Testing

@testable import ReleaseCore
@testable import WanzamiDeploy

@Suite("The live view")
struct LiveViewTests {
  private static func row(_ index: Int, version: Int, _ state: TargetState?, lifecycle: Lifecycle = .inService)
    -> Progress.Row
  {
    Progress.Row(
      id: "i-0123456789abc\(1000 + index)", version: version, isNew: version == 42, isAside: false,
      lifecycle: lifecycle,
      isHealthy: true, age: lifecycle == .pending ? nil : .seconds(65 + index),
      targets: [
        Progress.Sight(
          targetGroup: "wanzami-api", state: state, reason: state == .unhealthy ? "Target.ResponseCodeMismatch" : nil,
          detail: state == .unhealthy ? "Health checks failed with these codes: [500] \u{1B}[31mé漢" : nil)
      ])
  }

  private static func view(instances: Int, isUnicode: Bool = true) -> LiveView {
    let rows = (0..<instances).map { index in
      switch index % 10 {
      case 0: row(index, version: 42, .unhealthy)
      case 1: row(index, version: 42, nil, lifecycle: .pending)
      case 2: row(index, version: 41, .draining, lifecycle: .leaving)
      case 3, 4: row(index, version: 42, .healthy)
      default: row(index, version: 41, .healthy)
      }
    }
    var view = LiveView()
    view.isUnicode = isUnicode
    view.stages = [
      .init(stage: .resolve, elapsed: .milliseconds(400), isOver: true),
      .init(stage: .build, elapsed: .seconds(14), isOver: true),
      .init(stage: .push, elapsed: .seconds(3), isOver: true),
      .init(stage: .template, elapsed: .seconds(1), isOver: true),
      .init(stage: .rollout, elapsed: .seconds(75), isOver: false),
    ]
    view.progress = Progress(
      release: 42, desired: instances, counted: instances / 2, healthy: instances / 4, leftOver: instances / 2,
      floor: instances, serving: instances, refreshStatus: .inProgress, percentComplete: 25,
      instancesToUpdate: instances / 2, rows: rows,
      removed: [], refused: [], drift: [], silences: [], holdsFor: nil)
    view.traffic = (12_345, 0)
    return view
  }

  @Test(
    "no line is wider than the terminal, and the block never fills it",
    arguments: [1, 5, 23, 24, 40, 59, 60, 80, 200], [2, 4, 12, 500])
  func fits(columns: Int, instances: Int) {
    for rows in [1, 2, 6, 21, 60] {
      let lines = LiveViewTests.view(instances: instances).lines(columns: columns, rows: rows)
      #expect(!lines.isEmpty && lines.count <= rows, "\(rows) rows: \(lines.count)")
      for line in lines {
        #expect(line.width <= columns, "\(line.plain)")
        #expect(!line.plain.contains("\u{1B}"), "\(line.plain)")
      }
    }
  }

  @Test("at eighty columns each instance has its version, its state, the reason and its age")
  func eighty() {
    let lines = LiveViewTests.view(instances: 4).lines(columns: 80, rows: 20).map(\.plain)
    #expect(
      lines == [
        String(repeating: "─", count: 80),
        "resolve 0 s  build 14 s  push 3 s  template 1 s  rollout 1:15",
        "release 42 ━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 1 of 4 healthy, serving 4, floor 4",
        "i-0123456789abc1000 42   unhealthy  Target.ResponseCodeMismatch, Health c…  1:05",
        "i-0123456789abc1001 42   pending",
        "i-0123456789abc1002 41   draining                                           1:07",
        "i-0123456789abc1003 42   healthy                                            1:08",
        "traffic: 12345 requests, 0 failed",
      ])
  }

  @Test("at forty columns the end of each id is left, and the bar without AWS's word")
  func forty() {
    let lines = LiveViewTests.view(instances: 4, isUnicode: false).lines(columns: 40, rows: 20).map(\.plain)
    #expect(
      lines == [
        String(repeating: "-", count: 40), "resolve 0 s  build 14 s  push 3 s", "template 1 s  rollout 1:15",
        "release 42 ###........... 1 of 4 healthy", "~9abc1000 42   unhealthy            1:05",
        "~9abc1001 42   pending", "~9abc1002 41   draining             1:07",
        "~9abc1003 42   healthy              1:08",
        "traffic: 12345 requests, 0 failed",
      ])
  }

  @Test("five hundred instances are counted by version and state, and the sick ones are shown as far as there is room")
  func many() {
    let lines = LiveViewTests.view(instances: 500).lines(columns: 200, rows: 21).map(\.plain)
    #expect(lines[2].hasSuffix(" 125 of 500 healthy, serving 500, floor 500, refresh InProgress 25 %"))
    #expect(lines[3] == "release 42: 200 instances, 100 healthy, 50 pending, 50 unhealthy")
    #expect(lines[4] == "release 41: 300 instances, 250 healthy, 50 draining")
    #expect(lines[5].hasPrefix("i-0123456789abc1000 42   unhealthy  Target.ResponseCodeMismatch, Health checks failed"))
    #expect(lines[lines.count - 2] == "  and 36 more that are not well")
    #expect(lines.count == 21)
  }

  @Test("no colour is written where none is wanted, and none is the only sign")
  func colours() {
    let line = LiveViewTests.view(instances: 4).lines(columns: 80, rows: 20)[3]
    #expect(line.text(isColoured: false) == line.plain)
    #expect(line.text(isColoured: true).contains("\u{1B}[31munhealthy"))
  }

  @Test("a block is wiped whole, also when the terminal became narrower and broke its lines")
  func wiping() {
    var screen = LiveScreen()
    #expect(screen.wipe(columns: 80) == "")
    let lines = [StyledLine([(String(repeating: "x", count: 79), .plain)]), StyledLine([("y", .plain)]), StyledLine()]
    #expect(screen.draw(lines, isColoured: false).hasSuffix("x\ny\n\n"))
    var narrower = screen
    #expect(screen.wipe(columns: 80) == "\r\u{1B}[3A\u{1B}[J")
    #expect(narrower.wipe(columns: 40) == "\r\u{1B}[4A\u{1B}[J")
    #expect(screen.wipe(columns: 80) == "", "once")
  }

  @Test(
    "it is shown on a terminal that can move its cursor, and not in CI",
    arguments: [
      (["TERM": "xterm-256color"], true, true), (["TERM": "xterm"], false, false), (["TERM": "dumb"], true, false),
      ([:], true, false), (["TERM": "xterm", "CI": "true"], true, false),
      (["TERM": "xterm", "CI": "false"], true, true),
    ])
  func chosen(variables: [String: String], isTerminal: Bool, isLive: Bool) {
    #expect(Terminal.isLive(ProcessEnvironment(variables: variables), isTerminal: isTerminal) == isLive)
  }

  @Test(
    "letters beyond ASCII follow the locale",
    arguments: [
      (["LANG": "en_US.UTF-8"], true), (["LANG": "C"], false), ([:], false),
      (["LC_ALL": "C", "LANG": "C.utf8"], false),
    ])
  func locale(variables: [String: String], isUnicode: Bool) {
    #expect(Terminal.isUnicode(ProcessEnvironment(variables: variables)) == isUnicode)
  }
}

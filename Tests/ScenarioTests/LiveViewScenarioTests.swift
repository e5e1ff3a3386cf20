import Foundation
import RealParts
import Testing

/// The built program on a terminal of its own, as an emulator of terminals shows it.
@Suite(
  "A run on a terminal", .serialized,
  .enabled(if: Stage.canRun && TerminalScript.canRun, "no Engine or docker-registry here, or no pyte"))
struct LiveViewScenarioTests {
  @Test("the view is drawn below the transcript, follows a narrower terminal, and leaves the transcript alone behind")
  func transcript() async throws {
    try await Stage.with(rollout: "bake: 3s") { stage in
      let seen = try await TerminalScript.run(stage, release: try stage.commit("B"), kind: "xterm-256color")
      #expect(seen["status"] as? Int == 0, "\(seen)")
      let live = try #require(seen["live"] as? [String])
      #expect(live.contains { $0.contains("rollout") && $0.contains("resolve") }, "\(live)")
      #expect(live.contains { $0.contains("of 2 healthy") }, "\(live)")
      #expect(
        live.contains { $0.firstMatch(of: /i-[0-9a-f]{17} +[12] +(healthy|initial|pending|draining)/) != nil },
        "\(live)")
      let narrow = try #require(seen["narrow"] as? [String])
      #expect(narrow.contains { $0.contains("…") || $0.contains("of 2 healthy") }, "\(narrow)")
      let end = try #require(seen["end"] as? [String])
      #expect(end.contains { $0.contains("released: release 2 passed") }, "\(end)")
      #expect(
        !end.contains { $0.contains("of 2 healthy, serving") || $0.contains("━") || $0.contains("────") }, "\(end)")
      for secret in stage.secrets { #expect(!"\(seen)".contains(secret)) }
    }
  }

  @Test("a dumb terminal gets plain lines without a single escape character")
  func dumb() async throws {
    try await Stage.with { stage in
      let seen = try await TerminalScript.run(stage, release: try stage.commit("B"), kind: "dumb")
      #expect(seen["status"] as? Int == 0, "\(seen)")
      #expect(seen["escapes"] as? Int == 0)
      #expect((seen["end"] as? [String])?.contains { $0.contains("released: release 2 passed") } == true, "\(seen)")
    }
  }
}

/// Runs a release on a pseudo-terminal and reads its screen with pyte, a terminal emulator.
enum TerminalScript {
  static let python = ProcessInfo.processInfo.environment["WANZAMI_PYTHON"] ?? "python3"
  static let canRun = (try? Command.run([python, "-c", "import pyte"]))?.status == 0

  static func run(_ stage: Stage, release commit: String, kind: String) async throws -> [String: Any] {
    let script = try stage.folder.write("terminal.py", source)
    var environment = stage.environment(["TERM": kind, "LANG": "C.UTF-8", "CI": nil, "GITHUB_ACTIONS": nil])
    environment["PATH"] = ProcessInfo.processInfo.environment["PATH"]
    let finished = try await Program.run(
      [python, script, Stage.program, "release", commit, "--pipeline", stage.pipeline], environment: environment)
    let object = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
    return try #require(object as? [String: Any], "\(finished.everything)")
  }

  private static let source = """
    import fcntl, json, os, pty, select, struct, sys, termios
    import pyte

    COLUMNS, ROWS = 100, 30
    pid, master = pty.fork()
    if pid == 0:
        os.execv(sys.argv[1], sys.argv[1:])
    def resize(columns, rows):
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    resize(COLUMNS, ROWS)
    screen = pyte.HistoryScreen(COLUMNS, ROWS, history=5000)
    stream = pyte.ByteStream(screen)
    def row(line):
        return "".join(line[column].data for column in range(screen.columns)).rstrip()
    def lines():
        return [row(line) for line in screen.history.top] + [line.rstrip() for line in screen.display]
    seen = {"live": [], "narrow": [], "escapes": 0}
    raw, narrowed, isDue = b"", None, False
    while True:
        try:
            # In a quiet moment, so that no line of the old width is under way.
            ready, _, _ = select.select([master], [], [], 0.05 if isDue and narrowed is None else 120)
            if not ready and isDue and narrowed is None:
                narrowed = len(raw)
                resize(50, ROWS)
                screen.resize(ROWS, 50)
                continue
            part = os.read(master, 65536) if ready else b""
        except OSError:
            break
        if not part:
            break
        raw += part
        seen["escapes"] += part.count(b"\\x1b")
        stream.feed(part)
        shown = [line.rstrip() for line in screen.display]
        if any("of 2 healthy, serving" in line for line in shown) and narrowed is None:
            seen["live"] = shown
            isDue = True
        elif narrowed is not None and any("of 2 healthy" in line and "release" in line[:8] for line in shown):
            seen["narrow"] = shown
    seen["end"] = lines()
    seen["status"] = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if os.environ.get("WANZAMI_SCREEN"):
        open(os.environ["WANZAMI_SCREEN"], "wb").write(raw)
    json.dump(seen, sys.stdout)
    """
}

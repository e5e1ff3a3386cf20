import ChildProcesses
import RealParts
import Synchronization
import Testing

@Suite("A program that is watched while it runs")
struct StreamedProcessTests {
  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    func take(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
  }

  private func run(_ script: String, _ lines: Lines) async throws -> Int32 {
    try await StreamedProcess.run(
      ["sh", "-c", script], environment: ["PATH": "/usr/bin:/bin", "NAME": "value"], tell: { lines.take($0) })
  }

  @Test("both outputs come line by line, the last one without its end too, and the status is the program's")
  func whole() async throws {
    let lines = Lines()
    let status = try await run("echo one; echo $NAME >&2; printf three; exit 3", lines)
    #expect(status == 3)
    #expect(lines.all == ["one", "value", "three"])
  }

  @Test("a program that is not there is told as the system tells it")
  func missing() async throws {
    await #expect(throws: ChildProcess.Failure.self) {
      try await StreamedProcess.run(["/no/such/program"], environment: [:], tell: { _ in })
    }
  }

  @Test("what it leaves running in the background does not hold its end up")
  func background() async throws {
    let lines = Lines()
    let status = try await run("sleep 600 & echo $!; exit 0", lines)
    #expect(status == 0)
    _ = try Command.run(["kill", lines.all.first ?? "0"])
  }

  @Test("cancelled, it and all that it started are asked to end")
  func cancelled() async throws {
    let lines = Lines()
    let task = Task { try await run("sleep 600 & echo $!; wait", lines) }
    let child = try await eventually("the child") { lines.all.first }
    task.cancel()
    #expect(try await task.value == 128 + 15)
    try await eventually("the end of its child") {
      try Command.run(["sh", "-c", "kill -0 \(child) 2>/dev/null"]).status != 0 ? true : nil
    }
  }

  @Test("a line of any length is cut, and none is lost")
  func longLine() {
    var cutter = LineCutter(bytesMax: 4)
    #expect(cutter.cut(Array("abcdefghij\r\nk".utf8)) == ["abcd", "efgh", "ij"])
    #expect(cutter.rest() == "k")
    #expect(cutter.rest() == nil)
  }
}

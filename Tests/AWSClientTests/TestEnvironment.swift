import AWSClient
import AWSWire
import Synchronization

/// An environment of plain values: files by path, a clock that only sleeping moves, and the middle of every jitter.
final class TestEnvironment: Sendable {
  let files: [String: String]
  let programs: @Sendable ([String]) throws -> ProcessOutput
  private let variables: [String: String]
  private let clock: Mutex<Int64>
  private let waits = Mutex<[Duration]>([])
  /// Files written by the client.
  let written = Mutex<[String: String]>([:])
  /// What the operator was told.
  let warnings = Mutex<[String]>([])
  /// Every write fails with these words.
  let writesFail = Mutex<String?>(nil)

  private struct DiskFailure: Error, CustomStringConvertible { var description: String }

  init(
    _ variables: [String: String] = [:], files: [String: String] = [:], startingAt time: Int64 = 1_767_323_045_000,
    programs: @escaping @Sendable ([String]) throws -> ProcessOutput = { _ in
      ProcessOutput(status: 127, standardOutput: [], standardError: Array("no program expected".utf8))
    }
  ) {
    self.variables = variables
    self.files = files
    self.programs = programs
    clock = Mutex(time)
  }

  /// How long each wait was.
  var slept: [Duration] { waits.withLock { $0 } }

  func advance(milliseconds: Int64) { clock.withLock { $0 += milliseconds } }

  var now: Timestamp { Timestamp(milliseconds: clock.withLock { $0 }) }

  var environment: AWSEnvironment {
    AWSEnvironment(
      variables: variables, homeDirectory: "/home/op",
      readFile: { [self] path in
        (written.withLock { $0[path] } ?? files[path]).map { Array($0.utf8) }
      },
      writeSecretFile: { [self] path, bytes in
        if let words = writesFail.withLock({ $0 }) { throw DiskFailure(description: words) }
        written.withLock { $0[path] = String(decoding: bytes, as: UTF8.self) }
      },
      now: { [self] in now },
      sleep: { [self] duration in
        waits.withLock { $0.append(duration) }
        advance(
          milliseconds: duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000)
      },
      random: { 0.5 }, runProcess: { [programs] words in try programs(words) },
      warn: { [self] sentence in warnings.withLock { $0.append(sentence) } })
  }
}

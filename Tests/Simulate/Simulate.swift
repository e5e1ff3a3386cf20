import ArgumentParser
import Glibc
import Simulation
import Synchronization

/// Plays histories by chance: the real reducer in an emulated world and virtual time.
@main
struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Play histories by chance and watch over the design's laws.",
    discussion: "Exit 1: a seed broke a law; the first one is printed with the shortest trace that breaks it too.")

  @Option(help: "How many seeds to play.")
  var seeds = 1000
  @Option(help: "The first seed.")
  var from: UInt64 = 1
  @Option(help: "How many to play at a time; default: one for each core.")
  var jobs: Int?
  @Option(help: "Play this one, and tell all of it.")
  var seed: UInt64?
  @Flag(help: "List every seed that breaks a law, and do not stop at the first.")
  var keepGoing = false
  @Flag(help: "Cripple the reducer in every known way, and tell after how many seeds each is caught.")
  var mutations = false
  @Option(help: "Cripple the reducer: \(Mutation.allCases.map(\.rawValue).joined(separator: ", ")).")
  var mutation: Mutation?

  mutating func run() async throws {
    if let seed { return try tell(seed) }
    if mutations { return try hunt() }
    let clock = ContinuousClock()
    let began = clock.now
    let jobs = Swift.max(1, jobs ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let tally = try await play(jobs: jobs)
    print(tally.told(jobs: jobs, took: clock.now - began))
    if let first = tally.failing.min(), let failing = try Failing(seed: first, mutation: mutation) {
      print(failing)
      throw ExitCode.failure
    }
  }

  private func play(jobs: Int) async throws -> Tally {
    let supply = Supply(from: from, count: UInt64(Swift.max(0, seeds)))
    return try await withThrowingTaskGroup(of: Tally.self) { group in
      for _ in 0..<jobs {
        group.addTask { [mutation, keepGoing] in
          var tally = Tally()
          while let seed = supply.take() {
            if let violation = try tally.play(seed, mutation) {
              if keepGoing { print("seed \(seed): \(violation)") } else { supply.stop() }
            }
          }
          return tally
        }
      }
      var whole = Tally()
      for try await part in group { whole.add(part) }
      return whole
    }
  }

  /// Plays the seeds with each defect until one breaks a law that it does not break without.
  private func hunt() throws {
    var escaped: [Mutation] = []
    for mutation in Mutation.allCases {
      var violation: Violation?
      var seed = from
      while violation == nil, seed < from + UInt64(seeds) {
        violation = try mutation.caught(by: seed)
        seed += 1
      }
      if let violation {
        print("\(mutation.rawValue): caught after \(seed - from) seeds: \(violation)")
      } else {
        print("\(mutation.rawValue): not caught by \(seeds) seeds")
        escaped.append(mutation)
      }
    }
    guard escaped.isEmpty else { throw ExitCode.failure }
  }

  private func tell(_ seed: UInt64) throws {
    let run = try ChanceRun(seed: seed, mutation: mutation, isTraced: true)
    run.play()
    print(run.trace.joined(separator: "\n"))
    guard let failing = try Failing(seed: seed, mutation: mutation) else {
      return print("seed \(seed) breaks no law; outcomes: \(inWords(run.outcomes))")
    }
    print(failing)
    throw ExitCode.failure
  }
}

/// The seeds that are still to be played.
private final class Supply: Sendable {
  private let next: Atomic<UInt64>
  private let end: Atomic<UInt64>

  init(from: UInt64, count: UInt64) {
    next = Atomic(from)
    end = Atomic(from + count)
  }

  func take() -> UInt64? {
    let seed = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return seed < end.load(ordering: .relaxed) ? seed : nil
  }

  /// No more are handed out.
  func stop() { end.store(0, ordering: .relaxed) }
}

extension Mutation: ExpressibleByArgument {}

/// What became of the seeds that one thread played.
private struct Tally: Sendable {
  var seeds = 0
  var runs = 0
  var faults: [String: Int] = [:]
  var outcomes: [String: Int] = [:]
  var failing: [UInt64] = []

  /// Returns the law that the seed broke.
  mutating func play(_ seed: UInt64, _ mutation: Mutation?) throws -> Violation? {
    let run = try ChanceRun(seed: seed, mutation: mutation)
    run.play()
    seeds += 1
    runs += run.runs
    faults.merge(run.faults, uniquingKeysWith: +)
    outcomes.merge(run.outcomes, uniquingKeysWith: +)
    if run.violation != nil { failing.append(seed) }
    return run.violation
  }

  mutating func add(_ other: Tally) {
    seeds += other.seeds
    runs += other.runs
    faults.merge(other.faults, uniquingKeysWith: +)
    outcomes.merge(other.outcomes, uniquingKeysWith: +)
    failing += other.failing
  }

  func told(jobs: Int, took: Duration) -> String {
    let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
    return """
      \(seeds) seeds, \(runs) runs in \(rounded(seconds)) s: \(rounded(Double(runs) / seconds)) runs a second, \
      \(rounded(Double(runs) / seconds / Double(jobs))) on each of \(jobs)
      faults: \(inWords(faults))
      outcomes: \(inWords(outcomes))
      """
  }

  private func rounded(_ number: Double) -> String {
    number < 100 ? "\((number * 10).rounded() / 10)" : "\(Int(number))"
  }
}

private func inWords(_ counts: [String: Int]) -> String {
  counts.isEmpty ? "none" : counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
}

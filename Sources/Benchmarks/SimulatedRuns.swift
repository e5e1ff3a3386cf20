import Glibc
import RealParts
import Simulation

/// How many whole runs of the reducer a core plays in a second of its time.
struct SimulatedRuns: Benchmark {
  static let name = "simulation"
  static let about = "simulated runs a second on one core"

  func run(_ bench: Bench) async throws -> [Row] {
    let seconds = bench.isShort ? 0.5 : 3.0
    var rates: [Double] = []
    var seed: UInt64 = 1
    for _ in 0..<bench.rounds(5) { rates.append(try play(from: &seed, seconds: seconds)) }
    return [
      Row("simulated runs a second a core", .perSecond, ours: Series(rates), aim: .atLeast(1000))
    ]
  }

  /// Plays seeds until this thread has worked for so long, and gives the runs in a second of its processor time.
  private func play(from seed: inout UInt64, seconds: Double) throws -> Double {
    let began = threadSeconds()
    var runs = 0
    while threadSeconds() - began < seconds {
      let run = try ChanceRun(seed: seed)
      run.play()
      runs += run.runs
      seed += 1
    }
    return Double(runs) / (threadSeconds() - began)
  }
}

/// Processor time of the calling thread.
func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

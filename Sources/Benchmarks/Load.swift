import RealParts
import Sandbox

/// Requests that fail while releases and rollbacks go on under load.
struct Load: Benchmark {
  static let name = "load"
  static let about = "requests failed under load in 10 releases and 5 rollbacks, beside abrupt termination"

  private static let rollout =
    "maxHealthyPercent: 200, bake: 1s, unhealthyAfter: 1s, startWithin: 30s, poll: 300ms"

  /// What a run of releases came to.
  private struct Outcome {
    var traffic: TrafficTotals
    var codes: [Int32]

    var inWords: String {
      "\(codes.filter { $0 == 0 }.count) released, \(codes.filter { $0 == 5 }.count) rolled back, "
        + "\(codes.filter { $0 != 0 && $0 != 5 }.count) ended otherwise; \(traffic.requests) requests, "
        + "\(traffic.failed) failed"
    }
  }

  func run(_ bench: Bench) async throws -> [Row] {
    var rates = [200]
    let drained = try await RealFleet.with(bench, rollout: Load.rollout) { fleet in
      rates.append(try await highestRate(fleet, bench))
      return try await outcomes(at: rates, fleet, bench)
    }
    let abrupt = try await RealFleet.with(bench, rollout: Load.rollout, drains: false) { fleet in
      try await outcomes(at: rates, fleet, bench)
    }
    return zip(rates, zip(drained, abrupt)).map { rate, pair in
      Row(
        "requests failed at \(rate) a second", .requests, ours: Series([Double(pair.0.traffic.failed)]),
        beside: "abrupt termination", theirs: Series([Double(pair.1.traffic.failed)]), aim: .atMost(0),
        note: "drained: \(pair.0.inWords); abrupt: \(pair.1.inWords)")
    }
  }

  /// The highest rate that the fleet, at rest, serves here without a failure: doubled until it does not, then halfway.
  private func highestRate(_ fleet: RealFleet, _ bench: Bench) async throws -> Int {
    var best = 200
    var next = 800
    while next <= (bench.isShort ? 800 : 25_600), try await isServed(next, fleet, bench) {
      best = next
      next *= 2
    }
    let between = best + best / 2
    if !bench.isShort, try await isServed(between, fleet, bench) { best = between }
    return best
  }

  private func isServed(_ rate: Int, _ fleet: RealFleet, _ bench: Bench) async throws -> Bool {
    let traffic = try Traffic.start(Load.traffic(rate, fleet))
    try await Task.sleep(for: .seconds(3))
    let served = await traffic.stop()
    bench.say("\(rate) a second: \(served.requests / 3) served, \(served.failed) failed")
    return served.failed == 0 && served.requests >= rate * 3 * 9 / 10
  }

  private static func traffic(_ rate: Int, _ fleet: RealFleet) -> Traffic.Load {
    Traffic.Load(address: fleet.address, rate: rate, connections: rate > 200 ? 64 : 8)
  }

  /// Two good versions and a broken one, five times.
  private func outcomes(at rates: [Int], _ fleet: RealFleet, _ bench: Bench) async throws -> [Outcome] {
    var outcomes: [Outcome] = []
    for rate in rates {
      let traffic = try Traffic.start(Load.traffic(rate, fleet))
      var codes: [Int32] = []
      do {
        for number in 0..<(bench.isShort ? 2 : 15) {
          let isBroken = bench.isShort ? number == 1 : number % 3 == 2
          _ = try fleet.service.commit("\(rate)-\(number)", isBroken: isBroken)
          let ended = try await Program.run(
            [bench.tools.program, "release", "--pipeline", fleet.service.pipeline], environment: fleet.environment,
            within: .seconds(300))
          codes.append(ended.status)
          if ended.status != (isBroken ? 5 : 0) { bench.say("exit \(ended.status): \(ended.errors.suffix(600))") }
        }
      } catch {
        _ = await traffic.stop()
        throw error
      }
      outcomes.append(Outcome(traffic: await traffic.stop(), codes: codes))
      bench.say("\(rate) a second: \(outcomes[outcomes.count - 1].inWords)")
    }
    return outcomes
  }
}

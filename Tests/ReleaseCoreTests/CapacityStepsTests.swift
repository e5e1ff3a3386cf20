import ReleaseCore
import Testing

@Suite("How capacity moves")
struct CapacityStepsTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var desired: Int
    var min: Int
    var max: Int
    /// Taken out first, launched, at least in service, at most running: for each step.
    var steps: [[Int]]
    var testDescription: String { "\(desired) at \(min)/\(max)" }

    init(_ desired: Int, _ min: Int, _ max: Int, _ steps: [[Int]]) {
      (self.desired, self.min, self.max, self.steps) = (desired, min, max, steps)
    }
  }

  @Test(
    "by the percentages, rounded as AWS does",
    arguments: [
      // With a minimum of 100 one is launched first, even where the maximum leaves no room.
      Row(2, 100, 100, [[0, 1, 2, 3], [0, 1, 2, 3]]), Row(2, 100, 110, [[0, 1, 2, 3], [0, 1, 2, 3]]),
      Row(2, 100, 150, [[0, 1, 2, 3], [0, 1, 2, 3]]), Row(1, 100, 100, [[0, 1, 1, 2]]),
      // All at once.
      Row(2, 100, 200, [[0, 2, 2, 4]]), Row(2, 0, 100, [[2, 2, 0, 2]]),
      // Below 100 what may be missing is taken out first.
      Row(2, 50, 100, [[1, 1, 1, 2], [1, 1, 1, 2]]), Row(10, 90, 110, Array(repeating: [1, 2, 9, 11], count: 5)),
      Row(4, 50, 150, [[2, 4, 2, 6]]),
      // Rounding never blocks a refresh: no room for a whole instance either way takes one out.
      Row(2, 90, 100, [[1, 1, 1, 2], [1, 1, 1, 2]]), Row(1, 90, 100, [[1, 1, 0, 1]]),
      // The last step takes what is left.
      Row(5, 100, 140, [[0, 2, 5, 7], [0, 2, 5, 7], [0, 1, 5, 6]]),
      Row(0, 100, 150, []),
    ])
  func rounding(row: Row) {
    let steps = CapacitySteps(desired: row.desired, percent: HealthyPercent(min: row.min, max: row.max))
    #expect(steps.steps.map { [$0.takenOutFirst, $0.launched, $0.lowest, $0.highest] } == row.steps)
    #expect(steps.steps.last?.replaced ?? 0 == row.desired)
  }

  @Test("every fleet is replaced whole, and never below its floor", arguments: 1...40)
  func laws(desired: Int) {
    var broken: [String] = []
    for min in stride(from: 0, through: 100, by: 20) {
      for max in stride(from: 100, through: 200, by: 20) {
        for checkpoints in [[], [50, 100], [1, 34, 100]] {
          let percent = HealthyPercent(min: min, max: max)
          let steps = CapacitySteps(desired: desired, percent: percent, checkpoints: checkpoints)
          let isWhole = steps.steps.last?.replaced == desired && steps.steps.allSatisfy { $0.launched > 0 }
          let isSafe = (steps.lowest ?? 0) >= percent.floor(desired: desired)
          if !isWhole || !isSafe { broken.append("\(min)/\(max) \(checkpoints)") }
        }
      }
    }
    #expect(broken == [])
  }

  @Test("a checkpoint ends a step early, a step may pass several, and the last one does not hold")
  func checkpoints() {
    let percent = HealthyPercent(min: 100, max: 150)
    let two = CapacitySteps(desired: 2, percent: percent, checkpoints: [10, 40, 100])
    #expect(two.steps.map(\.checkpoint) == [40, nil])
    let ten = CapacitySteps(desired: 10, percent: percent, checkpoints: [20, 50, 100])
    #expect(ten.steps.map(\.launched) == [2, 3, 5])
    #expect(ten.steps.map(\.checkpoint) == [20, 50, nil])
    #expect(ten.holds == 2)
  }

  @Test("steps that are alike are told together, up to a checkpoint")
  func runs() {
    let percent = HealthyPercent(min: 100, max: 110)
    let many = CapacitySteps(desired: 500, percent: percent, checkpoints: [50, 100])
    #expect(many.runs.map { [$0.first, $0.count] } == [[1, 4], [5, 1], [6, 5]])
  }

  @Test("what is protected and ignored is not replaced")
  func aside() {
    var group = Group(
      name: "g", desired: 3, min: 0, max: 6,
      configuration: .template(TemplateReference(id: "lt-1", name: "t", version: .number(1))))
    group.instances = ["i-1", "i-2", "i-3"].map { Instance(id: $0, version: 1, isProtected: $0 == "i-2") }
    let percent = HealthyPercent(min: 100, max: 150)
    let ignoring = CapacitySteps(group: group, percent: percent, checkpoints: [], protected: .ignore)
    #expect(ignoring.total == 2)
    #expect(CapacitySteps(group: group, percent: percent, checkpoints: [], protected: .replace).total == 3)
  }
}

@Suite("How long it takes")
struct ForecastTests {
  private var targetGroup: TargetGroup {
    TargetGroup(
      arn: "arn", name: "api", interval: .seconds(10), timeout: .seconds(5), healthyThreshold: 2,
      deregistrationDelay: .seconds(300))
  }

  private func forecast(waitsForTargets: Bool = true, warmup: Int = 30) -> Forecast {
    Forecast(
      steps: CapacitySteps(desired: 2, percent: HealthyPercent(min: 100, max: 150), checkpoints: [50, 100]),
      warmup: .seconds(warmup), waitsForTargets: waitsForTargets, targetGroups: [targetGroup],
      checkpointDelay: .seconds(40), bake: .seconds(60))
  }

  @Test("each place has its share, and the warmup runs while targets get healthy")
  func shares() {
    let parts = forecast().parts.map { [$0.place.rawValue, "\($0.times) x \($0.each.inWords)"] }
    #expect(
      parts == [
        ["boot", "2 x 1m"], ["health checks", "2 x 25s"], ["warmup", "2 x 5s"], ["draining", "2 x 5m"],
        ["checkpoints", "1 x 40s"], ["bake", "1 x 1m"],
      ])
    // 2 x (60 + 25 + 5 + 300) + 40 + 60.
    #expect(forecast().total == .seconds(880))
    #expect(forecast().firstStep == .seconds(90))
    #expect(forecast(warmup: 10).parts.contains { $0.place == .warmup } == false)
  }

  @Test("where AWS does not wait for targets, the whole warmup counts")
  func withoutELB() {
    let parts = forecast(waitsForTargets: false, warmup: 300).parts
    #expect(parts.first { $0.place == .warmup }?.each == .seconds(300))
    #expect(!parts.contains { $0.place == .healthChecks })
  }
}

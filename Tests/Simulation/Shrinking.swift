extension History {
  /// The shortest history found that still breaks the same law: acts and disturbances are left out one at a time, and
  /// the fleet is made plainer, as long as it does.
  func shrunk(breaking law: String, mutation: Mutation? = nil) -> History {
    var smallest = self
    var isSmaller = true
    while isSmaller {
      isSmaller = false
      for candidate in smallest.smaller where candidate.breaks(law, mutation) {
        smallest = candidate
        isSmaller = true
        break
      }
    }
    return smallest
  }

  private func breaks(_ law: String, _ mutation: Mutation?) -> Bool {
    guard let run = try? ChanceRun(self, mutation: mutation) else { return false }
    run.play()
    return run.violation?.law == law
  }

  private var smaller: [History] {
    var candidates: [History] = []
    for act in acts.indices.reversed() where acts.count > 1 {
      candidates.append(changed { $0.acts.remove(at: act) })
    }
    for act in acts.indices {
      for place in acts[act].disturbances.indices {
        candidates.append(changed { $0.acts[act].disturbances.remove(at: place) })
      }
    }
    let plain = Shape()
    if shape.isMixed { candidates.append(changed { $0.shape.isMixed = false }) }
    if shape.isLatest { candidates.append(changed { $0.shape.isLatest = false }) }
    if !shape.heedsBalancer { candidates.append(changed { $0.shape.heedsBalancer = true }) }
    if shape.hasAlarm { candidates.append(changed { $0.shape.hasAlarm = false }) }
    if !shape.checkpoints.isEmpty { candidates.append(changed { $0.shape.checkpoints = [] }) }
    if shape.targetGroups > 1 { candidates.append(changed { $0.shape.targetGroups = 1 }) }
    if shape.percent != nil { candidates.append(changed { $0.shape.percent = nil }) }
    if shape.desired > 2 { candidates.append(changed { $0.shape.desired = plain.desired }) }
    return candidates
  }

  private func changed(_ change: (inout History) -> Void) -> History {
    var copy = self
    change(&copy)
    return copy
  }

  /// What is in it, a line each.
  var lines: [String] {
    ["fleet: \(shape.inWords)"]
      + acts.map { act in
        let what = act.command.isRelease ? "\(act.command) of an app that is \(act.app)" : "\(act.command)"
        return what
          + (act.disturbances.isEmpty ? "" : "; " + act.disturbances.map(\.description).joined(separator: "; "))
      }
  }
}

extension Shape {
  fileprivate var inWords: String {
    var words = ["\(desired) instances", "\(targetGroups) target group\(targetGroups == 1 ? "" : "s")"]
    if isMixed { words.append("mixed instances") }
    if isLatest { words.append("on $Latest") }
    if !heedsBalancer { words.append("EC2 health checks only") }
    if let percent { words.append("\(percent.min)–\(percent.max) %") }
    if !checkpoints.isEmpty { words.append("checkpoints \(checkpoints)") }
    if hasAlarm { words.append("an alarm") }
    return (words + ["bake \(bake) s", "poll \(poll) s", "interval \(interval) s", "grace \(grace) s"])
      .joined(separator: ", ")
  }
}

/// A seed that broke a law, cut down.
package struct Failing: Sendable, CustomStringConvertible {
  package var seed: UInt64
  package var violation: Violation
  var mutation: Mutation?
  /// The history that was drawn and the shortest one that breaks the same law, in words.
  var drawn: [String]
  var shortest: [String]
  var trace: [String]

  /// `nil`: the seed breaks no law.
  package init?(seed: UInt64, mutation: Mutation? = nil) throws {
    let run = try ChanceRun(seed: seed, mutation: mutation)
    run.play()
    guard let violation = run.violation else { return nil }
    let shortest = run.history.shrunk(breaking: violation.law, mutation: mutation)
    let again = try ChanceRun(shortest, mutation: mutation, isTraced: true)
    again.play()
    self.seed = seed
    self.mutation = mutation
    self.violation = again.violation ?? violation
    drawn = run.history.lines
    self.shortest = shortest.lines
    trace = again.trace
  }

  package var description: String {
    """
    seed \(seed) breaks a law: \(violation)
    its history:
      \(drawn.joined(separator: "\n  "))
    the shortest that breaks it too:
      \(shortest.joined(separator: "\n  "))
    what happened in it, in seconds:
      \(trace.joined(separator: "\n  "))
    to play it again: scripts/simulate --seed \(seed)\(mutation.map { " --mutation \($0.rawValue)" } ?? "")
    """
  }
}

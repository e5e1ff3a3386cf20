import AWSClient
import ReleaseCore

extension StackDriver {
  /// What came of applying.
  enum Applied: Equatable {
    case made
    case updated
    case unchanged
  }

  /// Shows what `apply` would do, and leaves nothing behind.
  func plan() async throws {
    let stack = try await changeableStack()
    let version = try await savedVersion()
    if let version, let known = stack?.parameters[StackParameters.version], known != String(version) {
      tell("the group is set to version \(version), and the stack knows of \(known): applying tells it first")
    }
    guard let (id, changes) = try await wholeChangeSet(stack, version: version, turn: 0) else {
      Console.result("stack \(name): nothing to change")
      return
    }
    show(changes, isNew: stack == nil)
    try await forget(id, changes, isNew: stack == nil)
  }

  /// Makes or updates the stack, and watches it to its end.
  func apply() async throws -> Applied {
    for turn in 1...3 {
      let stack = try await changeableStack()
      let version = try await savedVersion()
      try await tellVersion(version, to: stack, turn: turn)
      guard let (id, changes) = try await wholeChangeSet(stack, version: version, turn: turn) else {
        Console.result("stack \(name): nothing to change")
        return .unchanged
      }
      show(changes, isNew: stack == nil)
      let destructive = changes.changes.map(StackChange.init).filter(\.isDestructive)
      if !destructive.isEmpty, !settings.allowsReplacement {
        try await forget(id, changes, isNew: stack == nil)
        throw GroundProblem(
          exitCode: 3,
          description: "this would lose data or interrupt the service: "
            + destructive.map(\.line).joined(separator: "; ") + ". Take a snapshot, then add --allow-replacement.")
      }
      // A release may have ended while the change set was made.
      guard try await savedVersion() == version else {
        tell("a release has ended meanwhile: reading everything again")
        try await forget(id, changes, isNew: stack == nil)
        continue
      }
      try await execute(id, of: changes.stackID, isNew: stack == nil)
      try await keepsItsVersion(version)
      try await protect()
      return stack == nil ? .made : .updated
    }
    throw GroundProblem(exitCode: 4, description: "releases keep ending while stack \(name) is changed; run it later")
  }

  /// Tells the stack which version the group is set to, in an update of its own that changes nothing else. From then on
  /// neither a later update that leaves the parameter alone, nor the way back of one that fails, can write an older
  /// number to the group.
  private func tellVersion(_ version: Int?, to stack: CloudFormation.Stack?, turn: Int) async throws {
    guard let stack, let version, let known = stack.parameters[StackParameters.version], known != String(version) else {
      return
    }
    tell("the group is set to version \(version), and the stack knows of \(known): telling it")
    let parameters = stack.parameters.keys.sorted().map { key in
      CloudFormation.Parameter(key, key == StackParameters.version ? String(version) : nil)
    }
    let made = try await changeSet(
      stack, template: nil, parameters: parameters, capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
      suffix: "version-\(turn)")
    guard let (id, changes) = made else { return }
    let newest = try await newestEvent(of: stack.id)
    guard try await savedVersion() == version else {
      try await client.cloudFormation.deleteChangeSet(id)
      return
    }
    // Taken back it would write the older number: a failure stays as it is, and the next update goes on from there.
    try await client.cloudFormation.executeChangeSet(
      id, clientToken: "\(run.text)-version-\(turn)", keepsFailures: true)
    let (end, status, events) = try await follow(changes.stackID, since: newest, isQuiet: false)
    guard end == .done else { throw failed(status, events, code: 6) }
  }

  private func wholeChangeSet(
    _ stack: CloudFormation.Stack?, version: Int?, turn: Int
  ) async throws -> (id: String, changes: CloudFormation.ChangeSet)? {
    let summary = try await client.cloudFormation.getTemplateSummary(settings.template)
    var set = settings.parameters
    if summary.parameters["Service"] != nil { set["Service"] = name }
    let values: [(key: String, value: String?)]
    do throws(StackParameterRefusal) {
      values = try StackParameters.values(
        template: summary.parameters, stack: stack?.parameters ?? [:], set: set, version: version)
    } catch {
      throw UsageProblem(description: error.description)
    }
    return try await changeSet(
      stack, template: settings.template, parameters: values.map { CloudFormation.Parameter($0.key, $0.value) },
      capabilities: summary.capabilities, suffix: "all-\(turn)")
  }

  private func show(_ changes: CloudFormation.ChangeSet, isNew: Bool) {
    let all = changes.changes.map(StackChange.init)
    Console.result("stack \(name): \(isNew ? "a new one of" : "changes of") \(all.count) resources")
    for change in all { Console.result("  \(Printable.clean(change.line))") }
  }

  private func forget(_ id: String, _ changes: CloudFormation.ChangeSet, isNew: Bool) async throws {
    try await client.cloudFormation.deleteChangeSet(id)
    // Only the shell of a stack that was to be: it holds no resource.
    guard isNew, let shell = try await client.cloudFormation.describeStacks(named: name),
      shell.status == "REVIEW_IN_PROGRESS"
    else { return }
    try await client.cloudFormation.deleteStack(shell.id, clientToken: "\(run.text)-shell")
  }

  private func execute(_ id: String, of stackID: String, isNew: Bool) async throws {
    let newest = try await newestEvent(of: stackID)
    try await client.cloudFormation.executeChangeSet(id, clientToken: run.text)
    let (end, status, events) = try await follow(stackID, since: newest, isQuiet: false)
    switch end {
    case .done: Console.result("stack \(name): \(status)")
    case .takenBack: throw failed(status, events, code: 5)
    case .broken: throw failed(status, events, code: 6)
    }
  }

  func failed(_ status: String, _ events: [StackEvent], code: Int32) -> GroundProblem {
    var text = "stack \(name) is \(status)"
    if let failure = StackFailure(events) {
      text += ": " + Printable.clean(failure.cause.line) + ". " + failure.advice
    }
    if StackStanding(status: status) == .unmade {
      text += " Then remove the remains: wanzami-deploy bootstrap --destroy --service \(name)."
    }
    return GroundProblem(exitCode: code, description: text)
  }

  /// Nobody deletes the stack by mistake. That is no condition of the rest.
  private func protect() async throws {
    do throws(AWSError) {
      try await client.cloudFormation.updateTerminationProtection(of: name, to: true)
    } catch {
      tell("warning: the stack is whole, but not protected from being deleted by mistake: \(error.description)")
    }
  }

  /// The group as a release left it, after the update too.
  private func keepsItsVersion(_ version: Int?) async throws {
    guard let version, let group = try await client.autoScaling.describeAutoScalingGroups([name]).first else { return }
    let now = SavedConfiguration(group).template?.version
    guard now?.number != version else { return }
    throw GroundProblem(
      exitCode: 6,
      description: "group \(name) was set to version \(version) and is now set to \(now.map { "\($0)" } ?? "none"): "
        + "a release ended while the stack was changed, or somebody else changed the group. See wanzami-deploy status.")
  }
}

import AWSClient
import ReleaseCore
import ReleaseRuntime

/// Drives one stack by change sets, and tells on the way.
struct StackDriver: Sendable {
  struct Settings: Sendable {
    /// The stack, and the service in it.
    var service: String
    /// The template's text.
    var template: String
    var parameters: [String: String]
    var allowsReplacement: Bool
    var poll: Duration
  }

  let settings: Settings
  let client: AWSClient
  let clock: RunClock
  let signals: Signals
  /// Names change sets and tokens.
  let run: RunID
  let tell: @Sendable (String) -> Void

  var name: String { settings.service }

  /// What the stack is, once nothing of it is under way any more.
  func settledStack() async throws -> CloudFormation.Stack? {
    guard let stack = try await client.cloudFormation.describeStacks(named: name) else { return nil }
    guard StackStanding(status: stack.status) == .busy else { return stack }
    tell("stack \(name) is \(stack.status) already; watching that to its end first")
    _ = try await follow(stack.id, since: nil, isQuiet: false)
    return try await client.cloudFormation.describeStacks(named: name)
  }

  /// A stack that can be changed, `nil` for one that is yet to be made; another is refused by name.
  func changeableStack() async throws -> CloudFormation.Stack? {
    let stack = try await settledStack()
    switch StackStanding(status: stack?.status) {
    case .absent: return nil
    case .settled: return stack
    case .busy:
      throw GroundProblem(exitCode: 4, description: "stack \(name) is \(stack?.status ?? "") again; run it later")
    case .unmade:
      throw GroundProblem(
        exitCode: 3,
        description: "stack \(name) is \(stack?.status ?? ""): it was never made whole, and AWS can only delete it. "
          + "Run wanzami-deploy bootstrap --destroy --service \(name), then --apply.")
    case .stuck:
      throw GroundProblem(
        exitCode: 3,
        description: "stack \(name) is \(stack?.status ?? ""). Mend what its last events say, then run "
          + "aws cloudformation continue-update-rollback --stack-name \(name)")
    case .deleting:
      throw GroundProblem(
        exitCode: 3,
        description: "stack \(name) is \(stack?.status ?? ""): run wanzami-deploy bootstrap --destroy --service \(name)"
      )
    }
  }

  /// The number that the group is set to now; `nil`: there is no group. A group that is held by a rollout is refused,
  /// for AWS would refuse the update, and take it back half-way.
  func savedVersion() async throws -> Int? {
    guard let group = try await client.autoScaling.describeAutoScalingGroups([name]).first else { return nil }
    let refreshes = try await client.autoScaling.describeInstanceRefreshes(of: name, limit: 1).map { Refresh($0) }
    if let hold = FleetHold(group: ReleaseCore.Group(group), refreshes: refreshes) {
      throw GroundProblem(
        exitCode: 4,
        description: "\(Printable.clean(hold.sentence)): a stack is not changed under a rollout. \(hold.advice)")
    }
    guard let reference = SavedConfiguration(group).template, let number = reference.version.number else {
      throw GroundProblem(
        exitCode: 3,
        description: "group \(name) is not set to a numbered launch-template version, so no update can keep it. "
          + "Release once, or set it to the number that its instances run.")
    }
    return number
  }

  /// Makes a change set and waits until it can be told what it would do. `nil`: it would change nothing, and is gone.
  func changeSet(
    _ stack: CloudFormation.Stack?, template: String?, parameters: [CloudFormation.Parameter], capabilities: [String],
    suffix: String
  ) async throws -> (id: String, changes: CloudFormation.ChangeSet)? {
    let label = "wanzami-\(run.text.lowercased())-\(suffix)"
    let request = CloudFormation.ChangeSetRequest(
      stack: name, name: label, isNew: stack == nil, template: template, parameters: parameters,
      capabilities: capabilities)
    let id: String
    do throws(AWSError) {
      id = try await client.cloudFormation.createChangeSet(request, clientToken: label)
    } catch {
      if StackDriver.isNothing(error.message) { return nil }
      throw error
    }
    while true {
      let changes = try await client.cloudFormation.describeChangeSet(id)
      switch changes.status {
      case "CREATE_COMPLETE": return (id, changes)
      case "FAILED":
        let reason = changes.statusReason ?? "no reason given"
        try await client.cloudFormation.deleteChangeSet(id)
        if StackDriver.isNothing(reason) { return nil }
        throw GroundProblem(
          description: "CloudFormation refuses the change of stack \(name): \(Printable.clean(reason))")
      default:
        if let signal = signals.first { throw GroundProblem(description: "\(signal): nothing was changed") }
        await clock.sleep(settings.poll)
      }
    }
  }

  /// CloudFormation has no code for it, only words.
  private static func isNothing(_ reason: String) -> Bool {
    ["didn't contain changes", "No updates are to be performed"].contains { reason.contains($0) }
  }

  /// Shows a stack's events as they come, until its operation has ended.
  ///
  /// - Parameter newest: the newest event from before; `nil`: everything that is not known yet is shown.
  func follow(
    _ stackID: String, since newest: String?, isQuiet: Bool
  ) async throws -> (end: StackEnd, status: String, events: [StackEvent]) {
    var seen: [StackEvent] = []
    var last = newest
    var idle = 0
    var silences = 0
    while true {
      do throws(AWSError) {
        let fresh = try await fresh(stackID, since: last)
        if !isQuiet { for event in fresh { tell("  \(Printable.clean(event.line))") } }
        seen += fresh
        last = fresh.last?.id ?? last
        let status = try await client.cloudFormation.describeStacks(named: stackID)?.status ?? "DELETE_COMPLETE"
        // A status from before the operation began may be answered for a moment: the events decide first.
        idle = fresh.isEmpty ? idle + 1 : 0
        silences = 0
        let hasEnded = seen.last { $0.isOf(stack: name) }?.status == status
        if let end = StackEnd(status: status), hasEnded || idle >= 3 { return (end, status, seen) }
      } catch {
        // Absent data is never an end: what was begun goes on in AWS, whether it can be seen or not.
        silences += 1
        guard silences < StackDriver.silencesMax else {
          throw GroundProblem(
            exitCode: 7,
            description: "stack \(name) cannot be watched any more, and its change goes on in AWS: \(error.description)"
          )
        }
        tell("  \(error.description)")
      }
      if let signal = signals.first {
        throw GroundProblem(
          exitCode: 7,
          description: "\(signal): the change of stack \(name) goes on in AWS; run it again to watch it to its end")
      }
      await clock.sleep(settings.poll)
    }
  }

  /// In a row; each has been asked again by the client already.
  private static let silencesMax = 20

  /// The events after one that is known, oldest first.
  private func fresh(_ stackID: String, since known: String?) async throws(AWSError) -> [StackEvent] {
    let page = try await client.cloudFormation.describeStackEvents(of: stackID) { events in
      events.contains { $0.id == known }
    }
    return page.prefix { $0.id != known }.reversed().map(StackEvent.init)
  }

  /// The newest event that there is; `nil`: the stack has none yet.
  func newestEvent(of stack: String) async throws -> String? {
    try await client.cloudFormation.describeStackEvents(of: stack, isEnough: { _ in true }).first?.id
  }
}

extension StackEvent {
  init(_ event: CloudFormation.Event) {
    self.init(
      id: event.id, logicalID: event.logicalID, type: event.type, status: event.status, reason: event.reason)
  }
}

extension StackChange {
  init(_ change: CloudFormation.Change) {
    self.init(
      action: change.action, logicalID: change.logicalID, type: change.type, replacement: change.replacement,
      properties: change.properties)
  }
}

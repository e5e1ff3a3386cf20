extension World {
  /// SendCommand with AWS-RunShellScript; refused with `InvalidInstanceId` unless every instance runs.
  public mutating func sendCommand(
    to ids: [String], document: String, commands scripts: [String], comment: String = ""
  ) throws(Fault) -> Command {
    guard document == "AWS-RunShellScript" || document.hasSuffix(":document/AWS-RunShellScript") else {
      throw Fault("InvalidDocument", "The document \(document) does not exist")
    }
    guard !scripts.isEmpty else { throw Fault("InvalidParameters", "commands must not be empty") }
    for id in ids {
      guard let (g, i) = place(of: id), groups[g].instances[i].state == .running else {
        throw Fault("InvalidInstanceId", "Instances not in a valid state for account \(account)")
      }
    }
    let command = Command(
      id: random.uuid(), document: document, comment: comment, commands: scripts, requested: now,
      invocations: ids.map {
        Command.Invocation(instance: $0, status: "InProgress", responseCode: -1, stdout: [], stderr: [], started: now)
      })
    commands.append(command)
    if commands.count > 500 { commands.removeFirst(250) }
    for id in ids { effects.append(.runShellScript(command: command.id, instance: id, commands: scripts)) }
    return command
  }

  /// Tells how a command ended on an instance.
  public mutating func finishCommand(
    _ id: String, on instance: String, responseCode: Int, stdout: [UInt8], stderr: [UInt8], at time: WorldTime
  ) {
    advance(to: time)
    guard let c = commands.firstIndex(where: { $0.id == id }),
      let i = commands[c].invocations.firstIndex(where: { $0.instance == instance }),
      commands[c].invocations[i].status != "Cancelled"
    else { return }
    commands[c].invocations[i].status = responseCode == 0 ? "Success" : "Failed"
    commands[c].invocations[i].responseCode = responseCode
    commands[c].invocations[i].stdout = stdout
    commands[c].invocations[i].stderr = stderr
    commands[c].invocations[i].ended = now
  }

  /// CancelCommand: what has not ended on the instances is stopped; one that has ended is no error.
  public mutating func cancelCommand(_ id: String, on instances: [String]) throws(Fault) {
    guard let c = commands.lastIndex(where: { $0.id == id }) else {
      throw Fault("InvalidCommandId", "The command \(id) does not exist")
    }
    for i in commands[c].invocations.indices {
      let invocation = commands[c].invocations[i]
      let isMeant = instances.isEmpty || instances.contains(invocation.instance)
      guard isMeant, invocation.status == "InProgress" || invocation.status == "Pending" else { continue }
      commands[c].invocations[i].status = "Cancelled"
      commands[c].invocations[i].ended = now
      effects.append(.cancelShellScript(command: id, instance: invocation.instance))
    }
  }

  /// GetCommandInvocation.
  public func invocation(of id: String, on instance: String) throws(Fault) -> (Command, Command.Invocation) {
    guard let command = commands.last(where: { $0.id == id }),
      let invocation = command.invocations.first(where: { $0.instance == instance })
    else { throw Fault("InvocationDoesNotExist", "The command \(id) has no invocation on \(instance)") }
    return (command, invocation)
  }
}

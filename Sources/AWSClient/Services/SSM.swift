import AWSWire

/// https://docs.aws.amazon.com/systems-manager/latest/APIReference/
public struct SSM: Sendable {
  let caller: AWSCaller

  public struct CommandInvocation: Equatable, Sendable {
    /// `Pending`, `InProgress`, `Delayed`, `Success`, `Cancelled`, `TimedOut`, `Failed` or `Cancelling`.
    public var status: String
    /// Finer than the status, such as `Undeliverable`.
    public var statusDetails: String
    /// The script's exit code; -1: not started or not ended.
    public var responseCode: Int
    /// Cut by AWS at 24,000 characters.
    public var standardOutput: String
    /// Cut by AWS at 8,000 characters.
    public var standardError: String

    public var isFinished: Bool { !["Pending", "InProgress", "Delayed", "Cancelling"].contains(status) }
  }

  /// Runs shell lines on instances and returns the command's id. There is no token: a lost answer is `ambiguous`.
  ///
  /// - Parameters:
  ///   - deliveryTimeout: in seconds, 30–2,592,000: how long the agent may take to begin.
  ///   - executionTimeout: in seconds, 1–172,800: how long the script may run; `nil`: AWS's own hour.
  public func sendCommand(
    _ commands: [String], to instances: [String], comment: String? = nil, deliveryTimeout: Int = 30,
    executionTimeout: Int? = nil
  ) async throws(AWSError) -> String {
    struct Input: Encodable {
      var documentName = "AWS-RunShellScript"
      var instanceIds: [String]
      var parameters: [String: [String]]
      var comment: String?
      var timeoutSeconds: Int
    }
    struct Output: Decodable {
      struct Sent: Decodable { var commandId: String }
      var command: Sent
    }
    var parameters = ["commands": commands]
    if let executionTimeout { parameters["executionTimeout"] = [String(executionTimeout)] }
    let input = Input(
      instanceIds: instances, parameters: parameters, comment: comment, timeoutSeconds: deliveryTimeout)
    let resource = instances.joined(separator: ", ")
    let output = try await caller.json(.ssm, "SendCommand", of: resource, safety: .once, input, as: Output.self)
    return output.command.commandId
  }

  /// A machine that Systems Manager knows.
  public struct ManagedInstance: Equatable, Sendable, Decodable {
    public var instanceId: String
    /// `Online`, `ConnectionLost` or `Inactive`.
    public var pingStatus: String?
  }

  /// Those of the instances that have an agent which has ever reported.
  public func describeInstanceInformation(_ ids: [String]) async throws(AWSError) -> [ManagedInstance] {
    struct Input: Encodable {
      struct Filter: Encodable {
        var key = "InstanceIds"
        var values: [String]
      }
      var filters: [Filter]
      var maxResults = 50
      var nextToken: String?
    }
    struct Output: Decodable {
      var instanceInformationList: [ManagedInstance]?
      var nextToken: String?
    }
    var found: [ManagedInstance] = []
    for part in ids.parts(of: 50) where !part.isEmpty {
      found += try await caller.pages(.ssm, "DescribeInstanceInformation", by: \.instanceId) {
        token throws(AWSError) -> (items: [ManagedInstance], next: String?) in
        let input = Input(filters: [.init(values: part)], nextToken: token)
        let output = try await caller.json(.ssm, "DescribeInstanceInformation", input, as: Output.self)
        return (output.instanceInformationList ?? [], output.nextToken)
      }
    }
    return found
  }

  /// Asks for the end of a command; one that has ended is no error. It may run on for a moment.
  public func cancelCommand(_ command: String, on instance: String) async throws(AWSError) {
    struct Input: Encodable {
      var commandId: String
      var instanceIds: [String]
    }
    struct Output: Decodable {}
    let input = Input(commandId: command, instanceIds: [instance])
    _ = try await caller.json(.ssm, "CancelCommand", of: instance, safety: .repeatable, input, as: Output.self)
  }

  /// How the command went on one instance. Just after SendCommand it may be `notFound`: ask again.
  public func getCommandInvocation(
    command: String, instance: String
  ) async throws(AWSError) -> CommandInvocation {
    struct Input: Encodable {
      var commandId: String
      var instanceId: String
    }
    struct Output: Decodable {
      var status: String
      var statusDetails: String?
      var responseCode: Int?
      var standardOutputContent: String?
      var standardErrorContent: String?
    }
    let input = Input(commandId: command, instanceId: instance)
    let output = try await caller.json(.ssm, "GetCommandInvocation", of: instance, input, as: Output.self)
    return CommandInvocation(
      status: output.status, statusDetails: output.statusDetails ?? output.status,
      responseCode: output.responseCode ?? -1, standardOutput: output.standardOutputContent ?? "",
      standardError: output.standardErrorContent ?? "")
  }
}

import FoundationEssentials

@testable import AWSClient

/// What the sources say of the operations that are called.
enum ClientSources {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")

  /// The Swift files below a folder of `Sources`, as one text.
  private static func text(of folder: String, without apart: [String] = []) throws -> String {
    let top = root.appending(path: folder).path()
    guard FileManager.default.fileExists(atPath: top) else { return "" }
    let files = try FileManager.default.subpathsOfDirectory(atPath: top).filter { file in
      file.hasSuffix(".swift") && !apart.contains { file.hasPrefix("\($0)/") }
    }
    return files.sorted().map {
      String(decoding: FileManager.default.contents(atPath: "\(top)/\($0)") ?? Data(), as: UTF8.self)
    }.joined(separator: "\n")
  }

  /// `autoScaling DescribeWarmPool`, for each operation that the client has.
  static func operations() throws -> Set<String> {
    let text = try text(of: "AWSClient/Services")
    var found = Set(text.matches(of: /(?:query|json)\(\s*\.(\w+), "(\w+)"/).map { "\($0.1) \($0.2)" })
    // Auto Scaling's changes go through two functions of their own.
    found.formUnion(text.matches(of: /(?:refreshCall|change)\(\s*"(\w+)"/).map { "autoScaling \($0.1)" })
    return found
  }

  /// Folders of the program whose calls have a policy of their own, beside the deploying principal's.
  static let apart = ["Stack", "Audit", "Runbook", "Prune"]

  /// IAM's names of the operations that the program calls to release: everywhere but in ``apart``.
  static func actionsOfTheProgram() throws -> Set<String> {
    try actions(in: text(of: "WanzamiDeploy", without: apart))
  }

  /// IAM's names of the operations that one folder of the program calls.
  static func actions(of folder: String) throws -> Set<String> { try actions(in: text(of: "WanzamiDeploy/\(folder)")) }

  /// The same of one file, whose calls are made in the name of several folders.
  static func actions(ofFile file: String) throws -> Set<String> {
    try actions(in: String(contentsOf: root.appending(path: "WanzamiDeploy/\(file)"), encoding: .utf8))
  }

  /// The client's functions are named after their operations.
  private static func actions(in text: String) -> Set<String> {
    let calls = text.matches(
      of: /\.(sts|ecr|ec2|autoScaling|elbv2|cloudWatch|ssm|cloudFormation|rds|elastiCache|sns)\s*\.(\w+)\s*\(/)
    return Set(
      calls.compactMap { call in
        guard let service = AWSService(rawValue: String(call.1)) else { return nil }
        var operation = call.2.prefix(1).uppercased() + call.2.dropFirst()
        // A listing of names is the description without the instances.
        if operation == "ListAutoScalingGroupNames" { operation = "DescribeAutoScalingGroups" }
        let action = "\(service == .cloudWatch ? "cloudwatch" : service.signingName):\(operation)"
        // It needs no permission (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
        return action == "sts:GetCallerIdentity" ? nil : action
      })
  }
}

import AWSWire

/// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
public struct EC2: Sendable {
  let caller: AWSCaller

  public struct Instance: Equatable, Sendable {
    public var id: String
    /// `pending`, `running`, `shutting-down`, `terminated`, `stopping` or `stopped`.
    public var state: String
    /// Why it left its last state: `Server.SpotInstanceTermination` and AWS's words.
    public var stateReasonCode: String?
    public var stateReason: String?
    public var launchTime: Timestamp?
    public var instanceType: String
    /// `x86_64` or `arm64`.
    public var architecture: String?
    public var imageID: String?
    public var privateIP: String?
    public var zone: String?
    public var tags: [String: String]
  }

  public struct InstanceType: Equatable, Sendable {
    public var name: String
    /// `x86_64`, `arm64`, `i386`.
    public var architectures: [String]
    public var defaultVCPUs: Int?
  }

  public struct MachineImage: Equatable, Sendable {
    public var id: String
    public var name: String?
    /// `available`, `pending`, `deregistered`, `disabled`, …
    public var state: String
    public var architecture: String?
    public var deprecationTime: Timestamp?
  }

  public struct ConsoleOutput: Equatable, Sendable {
    public var timestamp: Timestamp?
    /// The last 64 KiB.
    public var output: [UInt8]
  }

  /// The instances that EC2 still knows; asked by filter, so that one unknown id does not fail all.
  public func describeInstances(ids: [String]) async throws(AWSError) -> [Instance] {
    var instances: [Instance] = []
    for part in ids.parts(of: 200) where !part.isEmpty {
      instances += try await caller.pages(.ec2, "DescribeInstances", by: \.id) { token throws(AWSError) in
        try await caller.query(.ec2, "DescribeInstances") { form in
          form.add("Filter.1.Name", "instance-id")
          form.add(list: "Filter.1.Value", part)
          form.add("MaxResults", 1000)
          form.add("NextToken", token)
        } decode: { node throws(MissingMember) in
          let found = try node.list("reservationSet").flatMap { $0.list("instancesSet") }.map(Instance.init)
          return (found, node.nonEmpty("nextToken"))
        }
      }
    }
    return instances
  }

  /// What the types run on; an unknown type is an error of AWS.
  public func describeInstanceTypes(_ names: [String]) async throws(AWSError) -> [InstanceType] {
    var types: [InstanceType] = []
    for part in names.parts(of: 100) where !part.isEmpty {
      types += try await caller.query(.ec2, "DescribeInstanceTypes", of: part.joined(separator: ", ")) { form in
        form.add(list: "InstanceType", part)
      } decode: { node throws(MissingMember) in
        try node.list("instanceTypeSet").map { type throws(MissingMember) in
          InstanceType(
            name: try type.required("instanceType"),
            architectures: type["processorInfo"]?.list("supportedArchitectures").map(\.text) ?? [],
            defaultVCPUs: type["vCpuInfo"]?.int("defaultVCpus"))
        }
      }
    }
    return types
  }

  /// The machine images of these ids; one that is missing is `notFound`.
  public func describeImages(ids: [String]) async throws(AWSError) -> [MachineImage] {
    guard !ids.isEmpty else { return [] }
    return try await caller.query(.ec2, "DescribeImages", of: ids.joined(separator: ", ")) { form in
      form.add(list: "ImageId", ids)
    } decode: { node throws(MissingMember) in
      try node.list("imagesSet").map { image throws(MissingMember) in
        MachineImage(
          id: try image.required("imageId"), name: image.nonEmpty("name"), state: try image.required("imageState"),
          architecture: image.nonEmpty("architecture"), deprecationTime: image.timestamp("deprecationTime"))
      }
    }
  }

  /// What the instance wrote to its console. `latest` works on Nitro instances at any time; without it the last
  /// snapshot is given.
  public func getConsoleOutput(instance: String, latest: Bool) async throws(AWSError) -> ConsoleOutput {
    try await caller.query(.ec2, "GetConsoleOutput", of: instance) { form in
      form.add("InstanceId", instance)
      if latest { form.add("Latest", true) }
    } decode: { node throws(MissingMember) in
      guard let output = base64Decoded(node.string("output") ?? "") else {
        throw MissingMember(name: "output in base64")
      }
      return ConsoleOutput(timestamp: node.timestamp("timestamp"), output: output)
    }
  }
}

extension EC2.Instance {
  init(_ node: XMLNode) throws(MissingMember) {
    id = try node.required("instanceId")
    guard let state = node.at("instanceState", "name")?.text else { throw MissingMember(name: "instanceState.name") }
    self.state = state
    stateReasonCode = node["stateReason"]?.nonEmpty("code")
    stateReason = node["stateReason"]?.nonEmpty("message") ?? node.nonEmpty("reason")
    launchTime = node.timestamp("launchTime")
    instanceType = node.string("instanceType") ?? ""
    architecture = node.nonEmpty("architecture")
    imageID = node.nonEmpty("imageId")
    privateIP = node.nonEmpty("privateIpAddress")
    zone = node["placement"]?.nonEmpty("availabilityZone")
    tags = tagDictionary(node.list("tagSet"))
  }
}

func tagDictionary(_ nodes: [XMLNode]) -> [String: String] {
  var tags: [String: String] = [:]
  for node in nodes {
    if let key = node.string("key") ?? node.string("Key") {
      tags[key] = node.string("value") ?? node.string("Value") ?? ""
    }
  }
  return tags
}

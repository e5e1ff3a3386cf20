import AWSWire

extension EC2 {
  /// What an instance is protected with, and what it stands on.
  public struct Footing: Equatable, Sendable {
    public var id: String
    public var zone: String?
    public var vpc: String?
    public var publicIP: String?
    public var profile: String?
    public var imageID: String?
    /// Whether only IMDSv2 is answered.
    public var requiresTokens: Bool
    public var securityGroups: [String]
    public var volumes: [String]
  }

  /// A rule that lets traffic in.
  public struct Ingress: Equatable, Sendable {
    /// `tcp`, `udp`, `-1` for all, …
    public var protocolName: String
    /// `nil`: all ports.
    public var ports: ClosedRange<Int>?
    /// Networks in CIDR form, of both kinds of addresses.
    public var networks: [String]
  }

  public struct SecurityGroup: Equatable, Sendable {
    public var id: String
    public var ingress: [Ingress]
  }

  public struct Address: Equatable, Sendable {
    public var publicIP: String
    public var instance: String?
  }

  public struct Snapshot: Equatable, Sendable {
    public var id: String
    public var volume: String
    /// `pending`, `completed` or `error`.
    public var state: String
    public var started: Timestamp?
  }

  /// The instances that EC2 still knows, with what protects them.
  public func describeInstances(footingOf ids: [String]) async throws(AWSError) -> [Footing] {
    try await filtered("DescribeInstances", ids, key: \.id) { part, token throws(AWSError) in
      try await caller.query(.ec2, "DescribeInstances") { form in
        form.add(filter: "instance-id", part, token: token)
      } decode: { node throws(MissingMember) in
        let found = try node.list("reservationSet").flatMap { $0.list("instancesSet") }.map(Footing.init)
        return (items: found, next: node.nonEmpty("nextToken"))
      }
    }
  }

  /// Security groups with what they let in.
  public func describeSecurityGroups(_ ids: [String]) async throws(AWSError) -> [SecurityGroup] {
    try await filtered("DescribeSecurityGroups", ids, key: \.id) { part, token throws(AWSError) in
      try await caller.query(.ec2, "DescribeSecurityGroups") { form in
        form.add(filter: "group-id", part, token: token)
      } decode: { node throws(MissingMember) in
        let found = try node.list("securityGroupInfo").map { group throws(MissingMember) in
          SecurityGroup(id: try group.required("groupId"), ingress: group.list("ipPermissions").map(Ingress.init))
        }
        return (items: found, next: node.nonEmpty("nextToken"))
      }
    }
  }

  /// The Elastic IP addresses of these instances. EC2 gives them on one page.
  public func describeAddresses(ofInstances ids: [String]) async throws(AWSError) -> [Address] {
    guard !ids.isEmpty else { return [] }
    return try await caller.query(.ec2, "DescribeAddresses") { form in
      form.add("Filter.1.Name", "instance-id")
      form.add(list: "Filter.1.Value", ids)
    } decode: { node throws(MissingMember) in
      try node.list("addressesSet").map { address throws(MissingMember) in
        Address(publicIP: try address.required("publicIp"), instance: address.nonEmpty("instanceId"))
      }
    }
  }

  /// The snapshots that this account made of these volumes.
  public func describeSnapshots(ofVolumes ids: [String]) async throws(AWSError) -> [Snapshot] {
    try await filtered("DescribeSnapshots", ids, key: \.id) { part, token throws(AWSError) in
      try await caller.query(.ec2, "DescribeSnapshots") { form in
        form.add(filter: "volume-id", part, token: token)
        form.add("Owner.1", "self")
      } decode: { node throws(MissingMember) in
        let found = try node.list("snapshotSet").map { snapshot throws(MissingMember) in
          Snapshot(
            id: try snapshot.required("snapshotId"), volume: try snapshot.required("volumeId"),
            state: snapshot.string("status") ?? "", started: snapshot.timestamp("startTime"))
        }
        return (items: found, next: node.nonEmpty("nextToken"))
      }
    }
  }

  /// The user data that an instance was started with; `nil`: none.
  public func describeInstanceAttribute(userDataOf id: String) async throws(AWSError) -> [UInt8]? {
    try await caller.query(.ec2, "DescribeInstanceAttribute", of: id) { form in
      form.add("InstanceId", id)
      form.add("Attribute", "userData")
    } decode: { node throws(MissingMember) in
      node["userData"]?.nonEmpty("value").flatMap { base64Decoded($0) }
    }
  }

  /// Page after page of part after part. Asked by filter, one unknown id does not fail all.
  private func filtered<Item>(
    _ operation: String, _ ids: [String], key: (Item) -> String,
    page: ([String], String?) async throws(AWSError) -> (items: [Item], next: String?)
  ) async throws(AWSError) -> [Item] {
    var items: [Item] = []
    for part in ids.parts(of: 200) where !part.isEmpty {
      items += try await caller.pages(.ec2, operation, by: key) { token throws(AWSError) in
        try await page(part, token)
      }
    }
    return items
  }
}

extension QueryForm {
  fileprivate mutating func add(filter name: String, _ values: [String], token: String?) {
    add("Filter.1.Name", name)
    add(list: "Filter.1.Value", values)
    add("MaxResults", 1000)
    add("NextToken", token)
  }
}

extension EC2.Footing {
  init(_ node: XMLNode) throws(MissingMember) {
    id = try node.required("instanceId")
    zone = node["placement"]?.nonEmpty("availabilityZone")
    vpc = node.nonEmpty("vpcId")
    publicIP = node.nonEmpty("ipAddress")
    profile = node["iamInstanceProfile"]?.nonEmpty("arn")
    imageID = node.nonEmpty("imageId")
    requiresTokens = node["metadataOptions"]?.string("httpTokens") == "required"
    securityGroups = node.list("groupSet").compactMap { $0.nonEmpty("groupId") }
    volumes = node.list("blockDeviceMapping").compactMap { $0["ebs"]?.nonEmpty("volumeId") }
  }
}

extension EC2.Ingress {
  init(_ node: XMLNode) {
    protocolName = node.string("ipProtocol") ?? ""
    if let from = node.int("fromPort"), let to = node.int("toPort"), from >= 0, to >= from, protocolName != "-1" {
      ports = from...to
    } else {
      ports = nil
    }
    networks =
      node.list("ipRanges").compactMap { $0.nonEmpty("cidrIp") }
      + node.list("ipv6Ranges").compactMap { $0.nonEmpty("cidrIpv6") }
  }
}

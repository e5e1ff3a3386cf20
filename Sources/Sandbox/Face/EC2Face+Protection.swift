import AWSWire
import SimulatedAWS

/// What stands around instances: security groups, addresses, snapshots, and how they are protected.
extension EC2Face {
  private static let vpc = "vpc-0a1b2c3d4e5f60718"

  /// The root volume of an instance, named after it.
  private static func volume(of instance: World.Instance) -> String { "vol-\(instance.id.dropFirst(2))" }

  /// The security groups that an instance was launched with, else its VPC's own.
  private static func securityGroups(of instance: World.Instance, _ world: World) -> [String] {
    guard let tree = world.launchData(of: instance)?.tree else { return [] }
    let data = Parameters(tree: tree)
    let own = data.texts("SecurityGroupId") + data.list("NetworkInterface").flatMap { $0.texts("SecurityGroupId") }
    return own.isEmpty ? ["sg-0a1b2c3d4e5f60718"] : own
  }

  static func protection(of instance: World.Instance, _ world: World) -> [XMLNode?] {
    guard instance.state != .terminated else { return [] }
    let data = world.launchData(of: instance)?.tree
    let profile =
      data?["IamInstanceProfile.Arn"]?.text
      ?? data?["IamInstanceProfile.Name"]?.text.map { "arn:aws:iam::\(world.account):instance-profile/\($0)" }
    let root = element(
      "ebs",
      [
        element("volumeId", volume(of: instance)), element("status", "attached"),
        element("deleteOnTermination", true),
      ])
    return [
      element("vpcId", vpc),
      world.surroundings.hasElasticIPs ? element("ipAddress", address(of: instance)) : nil,
      list(
        "groupSet", of: "item",
        securityGroups(of: instance, world).map { [element("groupId", $0), element("groupName", $0)] }),
      profile.map { arn in
        element("iamInstanceProfile", [element("arn", arn), element("id", "AIPA0123456789ABCDEFG")])
      },
      element(
        "metadataOptions",
        [
          element("state", "applied"), element("httpTokens", data?["MetadataOptions.HttpTokens"]?.text ?? "optional"),
          element("httpEndpoint", "enabled"),
        ]),
      element("rootDeviceName", "/dev/xvda"),
      list("blockDeviceMapping", of: "item", [[element("deviceName", "/dev/xvda"), root]]),
    ]
  }

  /// Of the networks for documentation (RFC 5737), by the instance's own last number.
  private static func address(of instance: World.Instance) -> String {
    "203.0.113.\(instance.privateAddress.split(separator: ".").last ?? "1")"
  }

  static func describeSecurityGroups(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let ids = parameters.texts("GroupId")
    let known = world.surroundings.securityGroups
    for id in ids where !known.contains(where: { $0.id == id }) {
      throw Fault("InvalidGroup.NotFound", "The security group '\(id)' does not exist")
    }
    let asked = try filter("group-id", parameters)
    let chosen = known.filter {
      (ids.isEmpty || ids.contains($0.id)) && (asked?.contains($0.id) ?? true)
    }
    let page = try Page(
      of: chosen, token: parameters.text("NextToken"), size: try parameters.int("MaxResults"), default: 1000, max: 1000,
      invalidCode: "InvalidParameterValue")
    let described = page.items.map { group -> [XMLNode?] in
      [
        element("ownerId", world.account), element("groupId", group.id), element("groupName", group.id),
        element("groupDescription", group.id), element("vpcId", vpc),
        list("ipPermissions", of: "item", group.openings.map(describe)),
      ]
    }
    return [list("securityGroupInfo", of: "item", described), element("nextToken", page.next)]
  }

  private static func describe(_ opening: World.SecurityGroup.Opening) -> [XMLNode?] {
    let isIPv6 = opening.source.contains(":")
    let isGroup = opening.source.hasPrefix("sg-")
    return [
      element("ipProtocol", opening.protocolName), element("fromPort", opening.ports?.lowerBound),
      element("toPort", opening.ports?.upperBound),
      isGroup ? list("groups", of: "item", [[element("groupId", opening.source)]]) : nil,
      isGroup || isIPv6 ? nil : list("ipRanges", of: "item", [[element("cidrIp", opening.source)]]),
      isIPv6 ? list("ipv6Ranges", of: "item", [[element("cidrIpv6", opening.source)]]) : nil,
    ]
  }

  static func describeAddresses(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let living = world.surroundings.hasElasticIPs ? world.groups.flatMap(\.instances) : []
    for ip in parameters.texts("PublicIp") where !living.contains(where: { address(of: $0) == ip }) {
      throw Fault("InvalidAddress.NotFound", "Address '\(ip)' not found.")
    }
    let ips = parameters.texts("PublicIp")
    let asked = try filter("instance-id", parameters)
    let chosen = living.filter {
      (ips.isEmpty || ips.contains(address(of: $0))) && (asked?.contains($0.id) ?? true)
    }
    return [
      list(
        "addressesSet", of: "item",
        chosen.map {
          [
            element("publicIp", address(of: $0)), element("allocationId", "eipalloc-\($0.id.dropFirst(2))"),
            element("domain", "vpc"), element("instanceId", $0.id),
          ]
        })
    ]
  }

  static func describeSnapshots(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let living = world.surroundings.snapshotAge == nil ? [] : world.groups.flatMap(\.instances)
    let ids = parameters.texts("SnapshotId")
    let id = { (instance: World.Instance) in "snap-\(instance.id.dropFirst(2))" }
    for asked in ids where !living.contains(where: { id($0) == asked }) {
      throw Fault("InvalidSnapshot.NotFound", "The snapshot '\(asked)' does not exist.")
    }
    let asked = try filter("volume-id", parameters)
    let chosen = living.filter {
      (ids.isEmpty || ids.contains(id($0))) && (asked?.contains(volume(of: $0)) ?? true)
    }
    let page = try Page(
      of: chosen, token: parameters.text("NextToken"), size: try parameters.int("MaxResults"), default: 1000, max: 1000,
      invalidCode: "InvalidParameterValue")
    let started = world.now + -1000 * Int64(world.surroundings.snapshotAge ?? 0)
    let described = page.items.map { instance -> [XMLNode?] in
      [
        element("snapshotId", id(instance)), element("volumeId", volume(of: instance)),
        element("status", "completed"), element("startTime", started), element("progress", "100%"),
        element("ownerId", world.account),
      ]
    }
    return [list("snapshotSet", of: "item", described), element("nextToken", page.next)]
  }

  static func describeAttribute(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let instance = try instance(try parameters.required("InstanceId"), in: world)
    guard try parameters.required("Attribute") == "userData" else {
      throw Fault("InvalidParameterValue", "The sandbox knows the attribute userData only")
    }
    let value = instance.userData.isEmpty ? nil : base64Encoded(instance.userData)
    return [element("instanceId", instance.id), element("userData", [element("value", value)])]
  }

  /// The values of the one filter that is known; `nil`: none was sent.
  private static func filter(_ name: String, _ parameters: Parameters) throws(Fault) -> Set<String>? {
    var values: Set<String>?
    for filter in parameters.list("Filter") {
      guard filter.text("Name") == name else {
        throw Fault("InvalidParameterValue", "The filter '\(filter.text("Name") ?? "")' is invalid")
      }
      values = Set(filter.texts("Value"))
    }
    return values
  }
}

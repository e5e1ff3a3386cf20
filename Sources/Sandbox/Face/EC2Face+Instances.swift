import AWSWire
import SimulatedAWS

/// Instances as EC2 tells them: the living, and the terminated for an hour.
extension EC2Face {
  /// How long EC2 shows a terminated instance, in milliseconds.
  private static let shownAfterwards: Int64 = 3_600_000

  /// The instance of that id, or EC2's error.
  static func instance(_ id: String, in world: World) throws(Fault) -> World.Instance {
    guard let instance = world.instance(id) else {
      throw Fault("InvalidInstanceID.NotFound", "The instance ID '\(id)' does not exist")
    }
    return instance
  }

  static func chosen(_ parameters: Parameters, _ world: World) throws(Fault) -> [World.Instance] {
    let ids = parameters.texts("InstanceId")
    for id in ids { _ = try instance(id, in: world) }
    guard ids.isEmpty || !parameters.has("MaxResults") else {
      throw Fault(
        "InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
    }
    var all = world.retired.filter { world.now - ($0.terminated ?? world.now) < shownAfterwards }
    for group in world.groups { all += group.instances }
    all = all.filter { ids.isEmpty || ids.contains($0.id) }
    for filter in parameters.list("Filter") {
      var kept: [World.Instance] = []
      for instance in all where try matches(instance, filter) { kept.append(instance) }
      all = kept
    }
    return all
  }

  private static func matches(_ instance: World.Instance, _ filter: Parameters) throws(Fault) -> Bool {
    let values = filter.texts("Value")
    switch filter.text("Name") ?? "" {
    case "instance-id": return values.contains(instance.id)
    case "instance-state-name": return values.contains(instance.state.rawValue)
    case "instance-type": return values.contains(instance.instanceType)
    case "image-id": return values.contains(instance.imageID)
    case "private-ip-address": return values.contains(instance.privateAddress)
    case "tag-key": return tags(of: instance).contains { values.contains($0.key) }
    case let name where name.hasPrefix("tag:"):
      return tags(of: instance).contains { $0.key == name.dropFirst(4) && values.contains($0.value) }
    case let name: throw Fault("InvalidParameterValue", "The filter '\(name)' is invalid")
    }
  }

  private static func tags(of instance: World.Instance) -> [World.Tag] {
    instance.tags + [
      World.Tag("aws:ec2launchtemplate:id", instance.templateID),
      World.Tag("aws:ec2launchtemplate:version", String(instance.version)),
    ]
  }

  static func describeInstances(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let page = try Page(
      of: try chosen(parameters, world), token: parameters.text("NextToken"), size: try parameters.int("MaxResults"),
      default: 1000, max: 1000, invalidCode: "InvalidParameterValue")
    let reservations = page.items.map { instance in
      [
        element("reservationId", "r-" + instance.id.dropFirst(2)), element("ownerId", world.account),
        list("groupSet", of: "item", []), list("instancesSet", of: "item", [describe(instance, world)]),
      ]
    }
    return [list("reservationSet", of: "item", reservations), element("nextToken", page.next)]
  }

  private static func describe(_ instance: World.Instance, _ world: World) -> [XMLNode?] {
    let isGone = instance.state == .terminated
    return [
      element("instanceId", instance.id), element("imageId", instance.imageID), state("instanceState", instance),
      element("privateDnsName", isGone ? "" : "ip-\(String(instance.privateAddress.map { $0 == "." ? "-" : $0 }))"),
      isGone ? element("reason", "User initiated") : nil,
      element("instanceType", instance.instanceType), element("launchTime", instance.launched),
      element("placement", [element("availabilityZone", instance.zone), element("tenancy", "default")]),
      isGone ? nil : element("privateIpAddress", instance.privateAddress),
      isGone
        ? element(
          "stateReason",
          [
            element("code", "Client.UserInitiatedShutdown"),
            element("message", "Client.UserInitiatedShutdown: User initiated shutdown"),
          ]) : nil,
      element(
        "architecture", World.instanceType(instance.instanceType)?.architectures.last),
      element("rootDeviceType", "ebs"),
    ] + protection(of: instance, world) + [
      list("tagSet", of: "item", tags(of: instance).map { [element("key", $0.key), element("value", $0.value)] })
    ]
  }

  private static func state(_ name: String, _ instance: World.Instance) -> XMLNode {
    element(name, [element("code", instance.state.code), element("name", instance.state.rawValue)])
  }

  static func describeStatus(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let includesAll = parameters.bool("IncludeAllInstances") ?? false
    let shown = try chosen(parameters, world).filter { includesAll || $0.state == .running }
    let page = try Page(
      of: shown, token: parameters.text("NextToken"), size: try parameters.int("MaxResults"), default: 1000,
      max: 1000, invalidCode: "InvalidParameterValue")
    let described = page.items.map { instance -> [XMLNode?] in
      let status = instance.state == .running ? "ok" : "not-applicable"
      return [
        element("instanceId", instance.id), element("availabilityZone", instance.zone),
        state("instanceState", instance), element("instanceStatus", [element("status", status)]),
        element("systemStatus", [element("status", status)]),
      ]
    }
    return [list("instanceStatusSet", of: "item", described), element("nextToken", page.next)]
  }
}

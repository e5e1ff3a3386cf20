import AWSWire
import SimulatedAWS

/// EC2: launch templates, instances, images and types.
///
/// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html
enum EC2Face {
  static func perform(_ operation: String, _ parameters: Parameters, _ world: inout World) throws(Fault) -> [XMLNode?]?
  {
    switch operation {
    case "CreateLaunchTemplate": try createTemplate(parameters, &world)
    case "CreateLaunchTemplateVersion": try createVersion(parameters, &world)
    case "ModifyLaunchTemplate": try modifyTemplate(parameters, &world)
    case "DeleteLaunchTemplateVersions": try deleteVersions(parameters, &world)
    case "DescribeLaunchTemplates": try describeTemplates(parameters, world)
    case "DescribeLaunchTemplateVersions": try describeVersions(parameters, world)
    case "DescribeInstances": try describeInstances(parameters, world)
    case "DescribeInstanceStatus": try describeStatus(parameters, world)
    case "DescribeInstanceTypes": try describeTypes(parameters)
    case "DescribeImages": try describeImages(parameters, world)
    case "RunInstances": try runInstances(parameters, world)
    case "DescribeSecurityGroups": try describeSecurityGroups(parameters, world)
    case "DescribeAddresses": try describeAddresses(parameters, world)
    case "DescribeSnapshots": try describeSnapshots(parameters, world)
    case "DescribeInstanceAttribute": try describeAttribute(parameters, world)
    default: nil
    }
  }

  private static func runInstances(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    guard parameters.bool("DryRun") == true else {
      throw Fault("UnsupportedOperation", "The sandbox launches instances through Auto Scaling groups only")
    }
    guard let template = parameters["LaunchTemplate"] else {
      throw Fault("MissingParameter", "The request must contain the parameter LaunchTemplate")
    }
    throw world.dryRunLaunch(
      World.TemplateSpecification(
        id: template.text("LaunchTemplateId") ?? "", name: template.text("LaunchTemplateName") ?? "",
        version: template.text("Version")))
  }

  private static func describeTypes(_ parameters: Parameters) throws(Fault) -> [XMLNode?] {
    let names = parameters.texts("InstanceType")
    var chosen: [World.InstanceType] = []
    for name in names {
      guard let type = World.instanceType(name) else {
        throw Fault("InvalidInstanceType", "The following supplied instance types do not exist: [\(name)]")
      }
      chosen.append(type)
    }
    if names.isEmpty { chosen = World.instanceTypes }
    let page = try Page(
      of: chosen, token: parameters.text("NextToken"), size: try parameters.int("MaxResults"), default: 100, max: 100,
      invalidCode: "InvalidParameterValue")
    let described = page.items.map { type in
      [
        element("instanceType", type.name), element("currentGeneration", true),
        element(
          "processorInfo", [list("supportedArchitectures", of: "item", texts: type.architectures)]),
        element("vCpuInfo", [element("defaultVCpus", type.processors)]),
        element("memoryInfo", [element("sizeInMiB", type.memoryMiB)]),
      ]
    }
    return [list("instanceTypeSet", of: "item", described), element("nextToken", page.next)]
  }

  private static func describeImages(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let ids = parameters.texts("ImageId")
    for id in ids where !world.machineImages.contains(where: { $0.id == id }) {
      throw Fault("InvalidAMIID.NotFound", "The image id '[\(id)]' does not exist")
    }
    let chosen = world.machineImages.filter { ids.isEmpty || ids.contains($0.id) }
    let described = chosen.map { image in
      [
        element("imageId", image.id), element("name", image.name), element("imageState", image.state),
        element("architecture", image.architecture), element("imageOwnerId", world.account),
        element("creationDate", image.created), element("imageType", "machine"),
        element("rootDeviceType", "ebs"), element("virtualizationType", "hvm"),
      ]
    }
    return [list("imagesSet", of: "item", described)]
  }
}

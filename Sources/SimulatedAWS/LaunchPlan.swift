/// What a launch comes to once template, version, image and type are settled.
struct LaunchPlan {
  var template: World.LaunchTemplate
  var version: Int
  var imageID: String
  var instanceType: String
  var userData: [UInt8]
  var weight: Int
}

extension World {
  /// User data may have this many bytes before it is encoded.
  ///
  /// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
  static let userDataBytesMax = 16_384

  /// Settles what would be launched. The fault's message is the activity's; its code is that of RunInstances.
  func plan(for source: LaunchSource) throws(Fault) -> LaunchPlan {
    var override: MixedPolicy.Override?
    if case .mixed(let policy) = source { override = policy.overrides.first }
    guard let specification = override?.template ?? source.template else {
      throw Fault("ValidationError", "The launch configuration does not exist. Launching EC2 instance failed.")
    }
    guard let template = template(specification), let number = template.number(of: specification.version),
      let version = template[number]
    else {
      throw Fault(
        "InvalidLaunchTemplateId.VersionNotFound",
        "You must use a valid fully-formed launch template. The specified launch template, with template ID "
          + "\(specification.id), or its version \(specification.version ?? "$Default") does not exist. Launching EC2 "
          + "instance failed.")
    }
    return try plan(
      template, number, version.data, type: override?.instanceType, weight: override?.weight ?? 1)
  }

  private func plan(
    _ template: LaunchTemplate, _ number: Int, _ data: TemplateData, type override: String?, weight: Int
  ) throws(Fault) -> LaunchPlan {
    guard let imageID = data.imageID else {
      throw Fault(
        "MissingParameter",
        "You must use a valid fully-formed launch template. The request must contain the parameter ImageId")
    }
    guard let typeName = override ?? data.instanceType, let type = Self.knownInstanceTypes[typeName] else {
      throw Fault(
        "InvalidParameterValue",
        "Invalid value '\(override ?? data.instanceType ?? "")' for InstanceType. Launching EC2 instance failed.")
    }
    let isAlias = imageID.hasPrefix("resolve:ssm:")
    let image = isAlias ? machineImages.first : machineImages.first { $0.id == imageID }
    guard let image, image.state == "available" else {
      throw Fault(
        "InvalidAMIID.NotFound", "The image id '[\(imageID)]' does not exist. Launching EC2 instance failed.")
    }
    guard type.architectures.contains(image.architecture) else {
      throw Fault(
        "InvalidParameterValue",
        "The architecture '\(type.architectures.joined(separator: ","))' of the specified instance type does not match "
          + "the architecture '\(image.architecture)' of the specified AMI. Specify an instance type and an AMI that "
          + "have matching architectures, and try again. Launching EC2 instance failed.")
    }
    guard let userData = Base64.decode(data.userData ?? "") else {
      throw Fault("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data. Launching EC2 instance failed.")
    }
    guard userData.count <= Self.userDataBytesMax else {
      throw Fault(
        "InvalidParameterValue", "User data is limited to 16384 bytes. Launching EC2 instance failed.")
    }
    return LaunchPlan(
      template: template, version: number, imageID: image.id, instanceType: typeName, userData: userData, weight: weight
    )
  }
}

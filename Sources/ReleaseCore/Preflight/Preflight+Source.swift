extension Preflight {
  /// Why the data of version `number` cannot be taken in; `nil`: they can.
  static func sourceRefusal(_ number: Int, of template: LaunchTemplate, saved: Int, repository: String) -> String? {
    let name = "version \(number) of launch template \(template.name)"
    guard let version = template.versions[number] else {
      return "\(name), named by --template, does not exist, or is not among the newest versions "
        + "(the newest is \(template.latestVersion))."
    }
    guard number != saved else {
      return "\(name), named by --template, is the saved version already: leave --template out."
    }
    guard version.release(of: repository) == nil else {
      return "\(name), named by --template, is release \(number) itself; --template takes in a version that somebody "
        + "else made. To go back to a release use wanzami-deploy rollback --to \(number)."
    }
    guard version.imageID?.hasPrefix("resolve:ssm:") != true else {
      return "\(name), named by --template, names its AMI by \(version.imageID ?? ""); AWS cannot roll back to an AMI "
        + "that is looked up at launch. Create a version with the AMI's id."
    }
    return nil
  }
}

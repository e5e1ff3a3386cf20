extension Verification.Reader {
  var template: [Check] {
    ofGroup { group in
      facts.template.checks(of: "its versions") { found in
        guard let template = found, let saved = savedVersion(group, template) else {
          return [Check(.skipped, "the version that the group is set to could not be told")]
        }
        return machineImage(saved) + metadata(saved, template) + profile(saved, template) + userData(saved)
          + foreign(template, saved) + launch(template, saved)
      }
    }
  }

  private func machineImage(_ saved: TemplateVersion) -> [Check] {
    let id = saved.imageID ?? "none"
    if id.hasPrefix("resolve:ssm:") {
      return [
        Check(
          .failed, "its AMI is looked up at launch (\(id)): AWS cannot roll back to it",
          command: "aws ec2 create-launch-template-version --source-version \(saved.number) --launch-template-data "
            + "'{\"ImageId\":\"ami-…\"}' --launch-template-name NAME")
      ]
    }
    return facts.machineImage.checks(of: "AMI \(id)") { image in
      guard let image else { return [Check(.failed, "AMI \(id) does not exist any more")] }
      guard image.state == "available" else { return [Check(.failed, "AMI \(id) is \(image.state)")] }
      if let architecture = image.architecture, let runs = facts.architectures.value, !runs.contains(architecture) {
        return [
          Check(
            .failed,
            "AMI \(id) is \(architecture), and \(saved.instanceType ?? "the instance type") runs "
              + runs.joined(separator: ", "))
        ]
      }
      return [Check(.ok, "AMI \(id) is available\(image.architecture.map { ", \($0)" } ?? "")")]
    }
  }

  /// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
  private func metadata(_ saved: TemplateVersion, _ template: LaunchTemplate) -> [Check] {
    let isRequired = saved.members["metadataOptions.httpTokens"] == "required"
    let hops = saved.members["metadataOptions.httpPutResponseHopLimit"].flatMap { Int($0) }
    var checks = [
      isRequired
        ? Check(.ok, "IMDSv2 is required")
        : Check(
          .warning, "IMDSv2 is not required: whoever can make the service fetch a URL can read the role's keys",
          command: edit(
            template, saved, "{\"MetadataOptions\":{\"HttpTokens\":\"required\",\"HttpPutResponseHopLimit\":2}}"))
    ]
    if isRequired, hops ?? 1 < 2 {
      checks.append(
        Check(.warning, "the hop limit of IMDSv2 is \(hops ?? 1): a container on a bridge network needs 2"))
    }
    return checks
  }

  private func profile(_ saved: TemplateVersion, _ template: LaunchTemplate) -> [Check] {
    let profile = saved.members["iamInstanceProfile.arn"] ?? saved.members["iamInstanceProfile.name"]
    guard let profile else {
      return [
        Check(
          .warning, "no instance profile: the instances can neither pull from ECR nor be asked through Systems Manager",
          command: edit(template, saved, "{\"IamInstanceProfile\":{\"Name\":\"PROFILE\"}}"))
      ]
    }
    let name = profile.split(separator: "/").last.map(String.init) ?? profile
    return [
      Check(.ok, "instance profile \(name)"),
      Check(
        .skipped, "what its role may do is not asked; it needs AmazonSSMManagedInstanceCore and to pull from ECR",
        command: "aws iam get-instance-profile --instance-profile-name \(name)"),
    ]
  }

  private func edit(_ template: LaunchTemplate, _ saved: TemplateVersion, _ data: String) -> String {
    "aws ec2 create-launch-template-version --launch-template-id \(template.id) --source-version \(saved.number) "
      + "--launch-template-data '\(data)'   # then: wanzami-deploy release --template N"
  }

  private func userData(_ saved: TemplateVersion) -> [Check] {
    if let script = pipeline.fleet.userData { return [Check(.ok, "user data comes from \(script) of the commit")] }
    guard let repository = facts.repository.value else {
      return [Check(.skipped, "the user data: the image repository is not known")]
    }
    do throws(UserDataRefusal) {
      _ = try UserData.repin(saved.userData, repository: repository, to: Foresight.unknownDigest)
    } catch {
      return [Check(.failed, error.description)]
    }
    let pinned = UserData.pinnedDigest(in: saved.userData, repository: repository)
    let text = String(decoding: saved.userData, as: UTF8.self)
    let image =
      pinned.map { Check(.ok, "the user data runs \($0.short)…, by digest") }
      ?? Check(
        .warning,
        "the user data runs \(text.contains(repository + ":latest") ? ":latest" : "a tag"): an instance that "
          + "starts runs whatever is pushed there; the first release pins it")
    return [image] + environmentFile(text) + port(text)
  }

  /// Where the file of `--env-file` comes from: nothing of the fleet tells, unless the script makes it.
  private func environmentFile(_ script: String) -> [Check] {
    let words = script.split { $0.isWhitespace || $0 == "=" }.map(String.init)
    guard let index = words.firstIndex(of: "--env-file"), index + 1 < words.count else { return [] }
    let path = words[index + 1]
    let mentions = script.split(separator: "\n").count { $0.contains(path) && !$0.contains("--env-file") }
    return [
      mentions > 0
        ? Check(.ok, "the environment file \(path) is made by the user data")
        : Check(.warning, "the environment file \(path) is made by no line of the user data: the AMI must hold it")
    ]
  }

  private func port(_ script: String) -> [Check] {
    guard let targetGroups = facts.targetGroups.value, script.contains("docker run") else { return [] }
    return targetGroups.filter { !script.contains("\($0.port):") && !script.contains("--network host") }.map {
      Check(
        .warning, "no container of the user data is published on port \($0.port), which target group \($0.name) asks")
    }
  }

  private func foreign(_ template: LaunchTemplate, _ saved: TemplateVersion) -> [Check] {
    let foreign = template.foreignVersions(toSaved: saved.number, repository: facts.repository.value ?? "")
    guard let newest = foreign.last else { return [Check(.ok, "no version that somebody else made is passed over")] }
    return [
      Check(
        .warning, "versions that no release made are not taken in: \(foreign.map(String.init).joined(separator: ", "))",
        command: "wanzami-deploy plan --template \(newest)")
    ]
  }

  private func launch(_ template: LaunchTemplate, _ saved: TemplateVersion) -> [Check] {
    [
      Check(
        .skipped, "EC2 is not asked whether it would launch from the template",
        command:
          "aws ec2 run-instances --dry-run --launch-template LaunchTemplateId=\(template.id),Version=\(saved.number)")
    ]
  }
}

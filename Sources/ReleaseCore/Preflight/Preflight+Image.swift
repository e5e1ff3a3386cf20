extension Preflight {
  /// What of the pipeline's image cannot end well on this fleet, by name.
  static func imageRefusals(_ survey: Survey, _ image: Pipeline.Image) -> [String] {
    var refusals: [String] = []
    if let asked = image.platform, let runs = survey.platform, !canRun(asked, on: runs) {
      let version = survey.group.configuration.template?.version.number ?? survey.template?.latestVersion
      let type = version.flatMap { survey.template?.versions[$0]?.instanceType }.map { " (\($0))" } ?? ""
      refusals.append(
        "image.platform is \(asked), but the instances of group \(survey.group.name)\(type) run \(runs): a container "
          + "would end with \"exec format error\". Take image.platform out of the pipeline file, or change the instance "
          + "type of the launch template.")
    }
    if let blockOn = image.blockOn, !image.isInECR {
      refusals.append(
        "image.blockOn is \(blockOn.rawValue), but \(survey.repository) is not in ECR, whose scans it is about. Take it "
          + "out, or use an ECR repository.")
    }
    return refusals
  }

  /// Whether a machine that runs `machine` also runs `image`, as far as architectures tell.
  private static func canRun(_ image: String, on machine: String) -> Bool {
    let families = [["amd64", "386", "x86"], ["arm64", "arm"]]
    let architectures = [image, machine].map { text in
      text.split(separator: "/").dropFirst().first.map(String.init) ?? ""
    }
    guard let own = families.firstIndex(where: { $0.contains(architectures[1]) }) else { return true }
    return families[own].contains(architectures[0]) || !families.joined().contains(architectures[0])
  }
}

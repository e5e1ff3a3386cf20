import AWSWire
import ReleaseCore
import Sandbox

extension Rehearsal.Settings {
  /// A target group's name has at most 32 characters; the sandbox cuts the group's.
  var targetGroup: String { String(pipeline.fleet.group.prefix(32)) }

  /// The repository's name without a registry.
  var repositoryName: String {
    let repository = pipeline.image.repository ?? pipeline.service
    return Pipeline.Image.host(of: repository).map { String(repository.dropFirst($0.count + 1)) } ?? repository
  }

  /// The fleet of the rehearsal: health checks each second, for the clock is the real one.
  func fleet(_ first: FirstRelease, registry: String) -> FleetFile {
    var check = FleetFile.HealthCheck()
    check.interval = 1
    check.timeout = 1
    check.healthyThreshold = 2
    check.unhealthyThreshold = 3
    var fleet = FleetFile()
    fleet.region = pipeline.region ?? "eu-north-1"
    fleet.group = pipeline.fleet.group
    fleet.repository = repositoryName
    fleet.registry = registry
    fleet.desired = 2
    fleet.min = 2
    fleet.max = 4
    fleet.healthCheck = check
    fleet.grace = 15
    fleet.deregistrationDelay = 1
    fleet.alarms = pipeline.rollout.alarms
    fleet.description =
      ReleaseDescription(
        commit: first.commit, digest: first.digest, run: Rehearsal.firstRun, by: "rehearsal"
      ).description
    fleet.userData = """
      #!/bin/bash
      docker pull {{repositoryUri}}@\(first.digest)
      docker run --detach --restart=always --env-file /etc/wanzami.env -p 4000:4000 {{repositoryUri}}@\(first.digest)
      """
    return fleet
  }
}

extension Rehearsal {
  /// The run that the first release is said to come from: no run made it.
  static let firstRun = RunID(at: Moment(milliseconds: 0), randomness: (0, 0))
}

extension ProcessEnvironment {
  /// The same environment with nothing of AWS in it but the sandbox.
  func signing(for server: SandboxServer) -> ProcessEnvironment {
    var variables = variables.filter { !$0.key.hasPrefix("AWS_") }
    variables["AWS_ENDPOINT_URL"] = server.endpoint
    variables["AWS_ACCESS_KEY_ID"] = server.key.id
    variables["AWS_SECRET_ACCESS_KEY"] = server.key.secret.revealed
    variables["AWS_CONFIG_FILE"] = "/dev/null"
    variables["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
    return ProcessEnvironment(variables: variables)
  }
}

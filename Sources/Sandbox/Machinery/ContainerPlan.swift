import DockerEngine

/// The container that an instance's user data asks for, as it is made on the Engine: published on the instance's own
/// address.
struct ContainerPlan: Equatable, Sendable {
  /// One published port.
  struct Binding: Hashable, Sendable {
    var address: String
    var hostPort: Int
    var containerPort: Int
  }

  var image: String
  var command: [String]
  /// `KEY=value`, each key once.
  var environment: [String]
  var bindings: [Binding]
  var restart: ContainerSpec.RestartPolicy
  /// What could not be honoured, for the console.
  var notes: [String] = []

  /// - Parameter environmentFiles: what the files of `--env-file` would hold on the instance, by path.
  init(run: UserDataRun, order: InstanceOrder, environmentFiles: [String: [String]]) {
    image = run.image
    command = run.command
    bindings = run.ports.map {
      Binding(address: order.privateAddress, hostPort: $0.host, containerPort: $0.container)
    }
    var notes = run.ignored.map { "docker run: option \($0) has no effect in the sandbox" }
    var lines: [String] = []
    for path in run.environmentFiles {
      if let file = environmentFiles[path] {
        lines += file
      } else {
        notes.append("docker run: --env-file \(path): the sandbox has no such file, so it counts as empty")
      }
    }
    environment = ContainerPlan.lastOfEachKey(lines + run.environment)
    restart = run.restart.flatMap { ContainerSpec.RestartPolicy($0) } ?? .no
    if let written = run.restart, ContainerSpec.RestartPolicy(written) == nil {
      notes.append("docker run: --restart \(written) is no restart policy, so there is none")
    }
    if bindings.isEmpty { notes.append("docker run: no port is published, so nothing can reach the container") }
    self.notes = notes
  }

  /// As `docker run` does: a later value wins, `-e` over `--env-file`.
  private static func lastOfEachKey(_ lines: [String]) -> [String] {
    var values: [String: String] = [:]
    for line in lines {
      guard let (key, _) = ShellScript.assignment(line) else { continue }
      values[key] = line
    }
    return values.sorted { $0.key < $1.key }.map(\.value)
  }
}

/// A container to create.
public struct ContainerSpec: Equatable, Sendable {
  /// A port of the container that is published on the host.
  public struct Port: Hashable, Sendable {
    /// An address of the host, for example `127.0.10.7`.
    public var hostIP: String
    /// `nil`: the Engine chooses a free one.
    public var hostPort: Int?
    public var containerPort: Int
    /// `tcp` or `udp`.
    public var transport: String

    public init(hostIP: String, hostPort: Int?, containerPort: Int, transport: String = "tcp") {
      self.hostIP = hostIP
      self.hostPort = hostPort
      self.containerPort = containerPort
      self.transport = transport
    }
  }

  /// What the Engine does when the container's process ends (docker run --restart).
  public enum RestartPolicy: Equatable, Sendable {
    case no
    case always
    case unlessStopped
    /// On a status other than 0; `nil`: without limit.
    case onFailure(maximumRetries: Int?)

    /// Reads the value of `docker run --restart`; `nil` for an unknown one.
    public init?(_ text: String) {
      let parts = text.split(separator: ":", maxSplits: 1)
      switch (parts.first, parts.count) {
      case ("no", 1): self = .no
      case ("always", 1): self = .always
      case ("unless-stopped", 1): self = .unlessStopped
      case ("on-failure", 1): self = .onFailure(maximumRetries: nil)
      case ("on-failure", 2):
        guard let count = Int(parts[1]), count >= 0 else { return nil }
        self = .onFailure(maximumRetries: count)
      default: return nil
      }
    }
  }

  /// `nil`: the Engine makes one up.
  public var name: String?
  public var image: String
  /// Each `NAME=value`.
  public var environment: [String] = []
  /// Replaces the image's own; `nil`: the image's.
  public var command: [String]?
  public var ports: [Port] = []
  public var restart = RestartPolicy.no
  public var labels: [String: String] = [:]
  /// Runs a tiny init as process 1, which passes signals on; without it most programs ignore SIGTERM there.
  public var usesInit = false
  /// As `docker run --network` takes it; `nil`: the Engine's default.
  public var network: String?

  public init(name: String? = nil, image: String) {
    self.name = name
    self.image = image
  }
}

/// What `POST /containers/create` takes
/// (https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerCreate).
struct ContainerBody: Encodable {
  struct Nothing: Encodable {}

  struct Binding: Encodable {
    var hostIP: String
    var hostPort: String

    enum CodingKeys: String, CodingKey {
      case hostIP = "HostIp"
      case hostPort = "HostPort"
    }
  }

  struct Restart: Encodable {
    var name: String
    var maximumRetryCount: Int

    enum CodingKeys: String, CodingKey {
      case name = "Name"
      case maximumRetryCount = "MaximumRetryCount"
    }
  }

  struct Host: Encodable {
    var bindings: [String: [Binding]]
    var restart: Restart
    var usesInit: Bool
    var network: String?

    enum CodingKeys: String, CodingKey {
      case bindings = "PortBindings"
      case restart = "RestartPolicy"
      case usesInit = "Init"
      case network = "NetworkMode"
    }
  }

  var image: String
  var environment: [String]
  var command: [String]?
  var labels: [String: String]
  var exposed: [String: Nothing]
  var host: Host

  enum CodingKeys: String, CodingKey {
    case image = "Image"
    case environment = "Env"
    case command = "Cmd"
    case labels = "Labels"
    case exposed = "ExposedPorts"
    case host = "HostConfig"
  }

  init(_ spec: ContainerSpec) {
    image = spec.image
    environment = spec.environment
    command = spec.command
    labels = spec.labels
    let names = spec.ports.map { "\($0.containerPort)/\($0.transport)" }
    exposed = Dictionary(names.map { ($0, Nothing()) }) { first, _ in first }
    let bindings = spec.ports.map {
      Binding(hostIP: $0.hostIP, hostPort: $0.hostPort.map { String($0) } ?? "")
    }
    host = Host(
      bindings: Dictionary(zip(names, bindings.map { [$0] })) { $0 + $1 }, restart: Restart(spec.restart),
      usesInit: spec.usesInit, network: spec.network)
  }
}

extension ContainerBody.Restart {
  init(_ policy: ContainerSpec.RestartPolicy) {
    switch policy {
    case .no: self.init(name: "no", maximumRetryCount: 0)
    case .always: self.init(name: "always", maximumRetryCount: 0)
    case .unlessStopped: self.init(name: "unless-stopped", maximumRetryCount: 0)
    case .onFailure(let count): self.init(name: "on-failure", maximumRetryCount: count ?? 0)
    }
  }
}

/// What the sandbox needs of whatever runs its instances: real containers behind a real balancer, or a simulation.
///
/// The emulated control plane decides *what* should exist; the host makes it exist and tells what it saw. No closure
/// throws: an outcome is a value, and an instance that cannot boot is an instance that never answers.
public struct InstanceHost: Sendable {
  /// Begins to boot an instance; returns when the boot is under way, not when the application answers.
  public var launch: @Sendable (InstanceOrder) async -> Void
  /// Ends an instance for good; returns when nothing of it answers any more. An unknown id is no error.
  public var terminate: @Sendable (_ id: String) async -> Void
  /// Performs one health check. Returns no later than the probe's timeout.
  public var probe: @Sendable (HealthProbe) async -> HealthProbeResult
  /// Makes the balancer route as the table says: it is complete, so what is absent is removed.
  public var route: @Sendable (RoutingTable) async -> Void
  /// What the instance wrote to its console so far (boot log and container output), as raw bytes.
  public var consoleOutput: @Sendable (_ id: String) async -> [UInt8]
  /// Runs the commands of AWS-RunShellScript on the instance, as SSM's agent would.
  public var runShellScript: @Sendable (_ id: String, _ commands: [String]) async -> ShellResult

  public init(
    launch: @escaping @Sendable (InstanceOrder) async -> Void,
    terminate: @escaping @Sendable (_ id: String) async -> Void,
    probe: @escaping @Sendable (HealthProbe) async -> HealthProbeResult,
    route: @escaping @Sendable (RoutingTable) async -> Void,
    consoleOutput: @escaping @Sendable (_ id: String) async -> [UInt8],
    runShellScript: @escaping @Sendable (_ id: String, _ commands: [String]) async -> ShellResult
  ) {
    self.launch = launch
    self.terminate = terminate
    self.probe = probe
    self.route = route
    self.consoleOutput = consoleOutput
    self.runShellScript = runShellScript
  }
}

/// One instance to boot.
public struct InstanceOrder: Equatable, Sendable {
  /// `i-…`, unique for the life of the sandbox.
  public var id: String
  /// The instance's own loopback address, such as `127.0.10.7`; no other living instance has it.
  public var privateAddress: String
  /// The decoded user data of the template version, exactly as it would run at boot.
  public var userData: [UInt8]
  public var instanceType: String
  public var imageID: String
  /// The launch-template version; `nil`: launched from something else.
  public var version: Int?

  public init(
    id: String, privateAddress: String, userData: [UInt8], instanceType: String, imageID: String, version: Int?
  ) {
    self.id = id
    self.privateAddress = privateAddress
    self.userData = userData
    self.instanceType = instanceType
    self.imageID = imageID
    self.version = version
  }
}

/// One health check of a target group on one target.
public struct HealthProbe: Equatable, Sendable {
  public var instance: String
  public var address: String
  public var port: Int
  /// The path with its query, starting with `/`.
  public var path: String
  /// How long to wait for the complete answer, in real time.
  public var timeout: Duration

  public init(instance: String, address: String, port: Int, path: String, timeout: Duration) {
    self.instance = instance
    self.address = address
    self.port = port
    self.path = path
    self.timeout = timeout
  }
}

/// What a health check saw.
public enum HealthProbeResult: Equatable, Sendable {
  /// The application answered with this HTTP status.
  case status(Int)
  /// No complete answer within the probe's timeout.
  case timeout
  /// Nothing listens, the connection broke, or the answer was no HTTP.
  case refused
}

/// Where a balancer must send traffic, complete for every target group.
public struct RoutingTable: Equatable, Sendable {
  public struct Target: Hashable, Sendable {
    public enum State: Hashable, Sendable {
      /// Gets new requests.
      case serving
      /// Gets no new requests; those under way may finish.
      case draining
    }

    public var instance: String
    public var address: String
    public var port: Int
    public var state: State

    public init(instance: String, address: String, port: Int, state: State) {
      self.instance = instance
      self.address = address
      self.port = port
      self.state = state
    }
  }

  /// By target group name, each in the order of registration.
  public var targetGroups: [String: [Target]]

  public init(targetGroups: [String: [Target]] = [:]) { self.targetGroups = targetGroups }
}

/// How a script ended on an instance.
public struct ShellResult: Equatable, Sendable {
  /// The exit status; -1: it was never started.
  public var status: Int
  public var stdout: [UInt8]
  public var stderr: [UInt8]

  public init(status: Int, stdout: [UInt8] = [], stderr: [UInt8] = []) {
    self.status = status
    self.stdout = stdout
    self.stderr = stderr
  }
}

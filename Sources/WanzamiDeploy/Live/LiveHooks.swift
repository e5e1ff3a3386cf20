import AWSClient
import ChildProcesses
import DockerEngine
import HTTPTransport
import ReleaseCore
import ReleaseRuntime
import Synchronization

/// Runs a hook where it belongs, tells its lines as they come, and stops it when its time is over.
struct LiveHooks: Sendable {
  let environment: ProcessEnvironment
  let transport: HTTPTransport
  let registry: LiveRegistry
  let client: AWSClient
  let group: String
  let clock: RunClock
  let tell: @Sendable (Announcement) -> Void

  /// How many of its last lines a failure repeats.
  private static let lastLines = 5

  func run(_ order: HookOrder) async throws(ActionFailure) {
    let lines = LastLines(max: LiveHooks.lastLines)
    let say: @Sendable (String) -> Void = { line in
      lines.take(line)
      tell(.hookOutput(line))
    }
    let ending = await withTaskGroup(of: Ending.self) { group in
      group.addTask {
        do throws(ActionFailure) { return .ended(try await perform(order, say)) } catch { return .failed(error) }
      }
      group.addTask {
        await clock.sleep(order.hook.timeout)
        return .tooLate
      }
      let first = await group.next() ?? .tooLate
      // Whatever was started is stopped before this returns.
      group.cancelAll()
      return first
    }
    switch ending {
    case .ended(0): return
    case .ended(let status): throw ActionFailure(.other, "it ended with \(status)\(lines.words)")
    case .failed(let failure): throw failure
    case .tooLate:
      throw ActionFailure(
        .other,
        "it did not end within \(order.hook.timeout.inWords) and was stopped\(lines.words). Give it more time "
          + "with its timeout, or see what it waits for")
    }
  }

  private enum Ending: Sendable {
    case ended(Int)
    case failed(ActionFailure)
    case tooLate
  }

  private func perform(_ order: HookOrder, _ say: @escaping @Sendable (String) -> Void) async throws(ActionFailure)
    -> Int
  {
    if order.hook.isSnapshot { return try await makeSnapshot(order, say) }
    return switch order.hook.place {
    case .local: try await runHere(order, say)
    case .engine: try await runOnEngine(order, say)
    case .instance: try await InstanceHook(order: order, client: client, group: group, clock: clock, say: say).run()
    }
  }

  // MARK: Of the database

  private func makeSnapshot(
    _ order: HookOrder, _ say: @escaping @Sendable (String) -> Void
  ) async throws(ActionFailure) -> Int {
    do {
      let service = order.variables.first { $0.name == "WANZAMI_SERVICE" }?.value ?? group
      let maker = SnapshotMaker(client: client, clock: clock, service: service, group: group)
      let database = try await maker.choose(nil)
      let name = DatabaseChoice.snapshotName(of: database, before: order.run)
      say("snapshot \(name) of database \(database)")
      try await maker.begin(name, of: database, by: environment.actor, isOursIfThere: true)
      try await maker.wait(for: name, within: order.hook.timeout, signals: nil, say: say)
      return 0
    } catch let error as AWSError {
      throw ActionFailure(error)
    } catch {
      throw ActionFailure(.other, "\(error)")
    }
  }

  // MARK: On this machine

  private func runHere(
    _ order: HookOrder, _ say: @escaping @Sendable (String) -> Void
  ) async throws(ActionFailure) -> Int {
    var variables = environment.variables
    for (name, value) in try ownVariables(order) { variables[name] = value }
    do throws(ChildProcess.Failure) {
      return Int(try await StreamedProcess.run(order.hook.command, environment: variables, tell: say))
    } catch {
      throw ActionFailure(
        .other,
        "\(order.hook.command[0]) could not be started on this machine: \(error). Name a program that is in PATH, "
          + "or a path from the folder that wanzami-deploy is started in")
    }
  }

  /// The file's, then the pipeline's, then ours: the later wins.
  private func ownVariables(_ order: HookOrder) throws(ActionFailure) -> [(String, String)] {
    var variables: [(String, String)] = []
    if let path = order.hook.environmentFile {
      guard let text = environment.text(ofFile: path) else {
        throw ActionFailure(.other, "its envFile \(path) cannot be read on this machine")
      }
      variables += EnvironmentFile(text, inheriting: environment.variables).variables
    }
    variables += order.hook.environment.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    return variables + order.variables.map { ($0.name, $0.value) }
  }

  // MARK: On the Engine

  private func runOnEngine(
    _ order: HookOrder, _ say: @escaping @Sendable (String) -> Void
  ) async throws(ActionFailure) -> Int {
    guard let image = order.image, let reference = DockerEngine.ImageReference(image) else {
      throw ActionFailure(.other, "which image it belongs to is not known")
    }
    let variables = try ownVariables(order)
    let credentials = try await registry.credentials(for: reference)
    do throws(EngineError) {
      let engine = try await Engine.connect(to: EngineEndpoint(environment: environment.variables), over: transport)
      try await fetch(reference, credentials, engine)
      var spec = ContainerSpec(name: order.containerName, image: image)
      spec.command = order.hook.command
      spec.environment = variables.map { "\($0.0)=\($0.1)" }
      spec.network = order.hook.network
      spec.labels = ["wanzami-deploy.run": order.run.text]
      spec.usesInit = true
      return try await engine.runOnce(spec, output: say)
    } catch {
      throw ActionFailure(.other, error.description + LiveHooks.advice(error))
    }
  }

  private func fetch(
    _ reference: DockerEngine.ImageReference, _ credentials: RegistryCredentials?, _ engine: Engine
  ) async throws(EngineError) {
    do throws(EngineError) {
      _ = try await engine.inspectImage(reference.description)
    } catch .refused(_, 404, _) {
      try await engine.pull(reference, credentials: credentials) { _ in }
    }
  }

  private static func advice(_ error: EngineError) -> String {
    error.description.contains("exec format error")
      ? ". The image is of another architecture than the Engine: run the hook on an instance (where: instance)" : ""
  }
}

extension HookOrder {
  /// One name for each hook of each run.
  var containerName: String { "wanzami-hook-\(run.text.lowercased())-\(point.rawValue)-\(index)" }
}

/// What a program said last.
private final class LastLines: Sendable {
  private let lines = Mutex<[String]>([])
  private let max: Int

  init(max: Int) { self.max = max }

  func take(_ line: String) { lines.withLock { $0 = ($0 + [line]).suffix(max) } }

  var words: String {
    let last = lines.withLock { $0 }
    return last.isEmpty ? "; it wrote nothing" : "; its last lines: " + last.joined(separator: " | ")
  }
}

/// A file of variables, as `docker run --env-file` reads it: `NAME=value` lines, `#` before a comment, and a bare NAME
/// for one of our own variables. Nothing is unquoted.
/// https://docs.docker.com/reference/cli/docker/container/run/#env
struct EnvironmentFile: Equatable {
  var variables: [(String, String)] = []

  init(_ text: String, inheriting own: [String: String] = [:]) {
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.drop { $0.isWhitespace }
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if parts.count == 2 {
        variables.append((parts[0], parts[1]))
      } else if let value = own[parts[0]] {
        variables.append((parts[0], value))
      }
    }
  }

  static func == (left: EnvironmentFile, right: EnvironmentFile) -> Bool {
    left.variables.elementsEqual(right.variables) { $0 == $1 }
  }
}

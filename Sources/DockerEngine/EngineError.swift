import HTTPTransport

/// Why the Engine or a registry did not do what it was asked; the description is a sentence for people.
public enum EngineError: Error, Sendable {
  /// The value of `DOCKER_HOST`, and what is wrong with it.
  case wrongHost(String, String)
  /// A Docker context, and what is wrong with it.
  case wrongContext(String, String)
  /// A file of the docker program, or a credential helper that it names, and what is wrong with it.
  case configuration(String, String)
  /// Nothing answers at the endpoint.
  case unreachable(endpoint: String, detail: String)
  /// The Engine's newest API version is below what we speak.
  case tooOld(endpoint: String, version: String, minimum: String)
  /// The Engine's oldest API version is above what we speak.
  case tooNew(endpoint: String, version: String, maximum: String, message: String)
  /// The Engine answered with a status that is no success, and its message.
  case refused(doing: String, status: Int, message: String)
  /// The connection ended before the Engine said how it went.
  case wentAway(doing: String, detail: String)
  /// An answer that is not what the API promises.
  case unreadable(doing: String, detail: String)
  /// The task was cancelled; the connection is closed and the Engine stops a build or a transfer.
  case cancelled(doing: String)
  case buildFailed(BuildFailure)
  /// The producer of the build context gave up; its own error.
  case contextFailed(any Error)
  /// The Dockerfile asks for what the classic builder cannot do.
  case needsBuildKit(DockerfileFinding)
  /// The builder made an image for another platform than the asked one.
  case wrongPlatform(asked: String, built: String)
  /// A registry, asked by the Engine or by us, did not serve `reference`.
  case registry(doing: String, reference: String, RegistryFailure, message: String)
}

/// How a build ended that the builder itself called failed.
public struct BuildFailure: Equatable, Sendable {
  /// The builder's words.
  public var message: String
  /// The exit status of the step's command, where there was one.
  public var exitCode: Int?
  /// The failing step, for example `Step 3/5 : RUN npm ci`.
  public var step: String?
  /// The last lines that this step printed, at most 20.
  public var lastLines: [String]

  public init(message: String, exitCode: Int? = nil, step: String? = nil, lastLines: [String] = []) {
    self.message = message
    self.exitCode = exitCode
    self.step = step
    self.lastLines = lastLines
  }
}

extension EngineError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .wrongHost(let host, let detail):
      "DOCKER_HOST is \(host): \(detail). Set it to where the Docker Engine listens, or unset it."
    case .unreachable(let endpoint, let detail):
      "The Docker Engine at \(endpoint) does not answer: \(detail). Start the Engine or set DOCKER_HOST."
    case .wrongContext(let name, let detail):
      "The Docker context \(name): \(detail). Choose another (docker context use, DOCKER_CONTEXT), or set DOCKER_HOST."
    case .configuration(let path, let detail):
      "The Docker configuration \(path): \(detail). Mend it, or name another folder in DOCKER_CONFIG."
    case .tooOld(let endpoint, let version, let minimum):
      "The Docker Engine at \(endpoint) speaks API \(version), but \(minimum) is needed (Docker 20.10). Update it."
    case .tooNew(let endpoint, let version, let maximum, let message):
      "The Docker Engine at \(endpoint) (API \(version)) no longer speaks API \(maximum), the newest that this program "
        + "knows: \(message). Use a newer wanzami-deploy, or an older Engine."
    case .refused(let doing, let status, let message):
      "\(doing): the Docker Engine refused (\(status)): \(message)"
    case .wentAway(let doing, let detail):
      "\(doing): the Docker Engine went away before it said how it ended: \(detail). Look at its log, and try again."
    case .unreadable(let doing, let detail):
      "\(doing): the Docker Engine's answer could not be read: \(detail)"
    case .cancelled(let doing): "\(doing): cancelled"
    case .buildFailed(let failure): failure.sentence
    case .contextFailed(let error): "The build context could not be made: \(error)"
    case .needsBuildKit(let finding): finding.sentence
    case .wrongPlatform(let asked, let built):
      "The image was built for \(built), not for \(asked): the base image has no such variant, or the Engine builds for "
        + "its own machine. \(EngineError.otherPlatform(asked))"
    case .registry(let doing, let reference, let failure, let message):
      "\(doing) \(reference) failed: \(message). \(failure.advice)"
    }
  }

  /// The ways to an image of another architecture than the Engine's machine.
  public static func otherPlatform(_ platform: String) -> String {
    let architecture = Platform(platform)?.architecture ?? platform
    return "Build on an Engine of a \(platform) machine (DOCKER_HOST, DOCKER_CONTEXT), or teach this one to run such "
      + "programs (docker run --privileged --rm tonistiigi/binfmt --install \(architecture)) and take base images that "
      + "have that platform, or set image.platform to what the instances run."
  }

  /// What a failed exchange means for `doing`.
  init(_ error: HTTPTransportError, doing: String, endpoint: EngineEndpoint) {
    switch error.kind {
    case .cancelled: self = .cancelled(doing: doing)
    case .couldNotResolve, .couldNotConnect, .tls:
      self = .unreachable(endpoint: endpoint.description, detail: error.detail)
    case .timedOut, .cut, .uploadFailed, .other:
      self = .wentAway(doing: doing, detail: error.detail)
    case .bodyTooLarge: self = .unreadable(doing: doing, detail: error.detail)
    }
  }
}

extension BuildFailure {
  /// Whether the kernel refused to run a program of the image: it is another machine's.
  public var isOtherArchitecture: Bool {
    ([message] + lastLines).contains { $0.lowercased().contains("exec format error") }
  }

  var sentence: String {
    var lines = ["The image could not be built: \(message)"]
    if let step { lines.append("  \(step)") }
    lines += lastLines.map { "  | \($0)" }
    return lines.joined(separator: "\n")
  }
}

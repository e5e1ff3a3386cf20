import AWSWire
import SimulatedAWS

/// Answers requests as the AWS services do: who signed, which service, which operation, then the world.
///
/// The service is told by the signature's scope, as AWS's one front door for many services would.
struct ControlPlane: Sendable {
  let world: SandboxWorld
  let images: ImageStore
  let sessions: Sessions
  let faults: WireFaults
  let account: String
  let permissions: Permissions
  /// Told of each call when it is answered.
  let record: @Sendable (RecordedCall) -> Void
  private let verifier: SigV4Verifier

  /// - Parameter sessionSeconds: how long the keys of a session last; `nil`: as long as was asked for.
  init(
    world: SandboxWorld, images: ImageStore, key: AccessKey, account: String,
    permissions: Permissions = Permissions(), faults: WireFaults = WireFaults(), sessionSeconds: Double? = nil,
    record: @escaping @Sendable (RecordedCall) -> Void = { _ in }
  ) {
    self.world = world
    self.images = images
    self.account = account
    self.permissions = permissions
    self.record = record
    self.faults = faults
    let sessions = Sessions(root: key, lifetime: sessionSeconds)
    self.sessions = sessions
    verifier = SigV4Verifier { sessions.key($0) }
  }

  func answer(_ request: WireRequest) async -> FaceAnswer {
    let form = QueryForm(decoding: request.body)
    let spoken = FaceProtocol(of: request, form: form)
    let requestID = await world.perform { $0.requestID() }
    let asked = Asked(request, form: form, spoken: spoken)
    var called: RecordedCall?
    var answer: FaceAnswer
    do throws(Fault) {
      let signer = try signer(of: asked, spoken)
      let call = RecordedCall(service: signer.service, request: request, form: form)
      called = call
      try permissions.check(call, account: account)
      answer = try await play(asked, spoken, signer, requestID)
    } catch {
      answer = spoken.failure(error, requestID: requestID)
    }
    if var called {
      called.status = answer.status
      called.bytes = answer.body.count
      record(called)
    }
    return answer
  }

  /// Performs a request, and lets go wrong what is to go wrong.
  private func play(
    _ asked: Asked, _ spoken: FaceProtocol, _ signer: Signer, _ requestID: String
  ) async throws(Fault) -> FaceAnswer {
    let fault = await faults.next(
      of: asked.operation, by: sessions.client(signer.keyID ?? ""), namesNewestVersion: namesNewestVersion(asked))
    if let refusal = fault?.refusal(in: spoken) { throw refusal }
    if fault == .unseenVersion { throw unseenVersion(spoken) }
    // Nobody will read it: whatever it says, nothing was done.
    if fault == .resetBefore { return FaceAnswer(status: 0, headers: [], body: [], delivery: .reset) }
    let answer = try await operate(asked, spoken, signer, requestID)
    return fault?.spoiled(answer, spoken: spoken, requestID: requestID) ?? answer
  }

  /// A request with what all services need to know of it.
  private struct Asked {
    var request: WireRequest
    var form: QueryForm
    /// Empty: it names none.
    var operation: String

    init(_ request: WireRequest, form: QueryForm, spoken: FaceProtocol) {
      self.request = request
      self.form = form
      let target = request.header("x-amz-target") ?? ""
      if case .json = spoken {
        operation = String(target.split(separator: ".").last ?? "")
      } else {
        operation = form["Action"] ?? ""
      }
    }
  }

  /// Who signed; AssumeRoleWithWebIdentity alone comes unsigned, and belongs to STS.
  private struct Signer {
    var service: String
    /// `nil`: it came unsigned.
    var keyID: String?
  }

  private func signer(of asked: Asked, _ spoken: FaceProtocol) throws(Fault) -> Signer {
    if asked.operation == "AssumeRoleWithWebIdentity", asked.request.header("authorization") == nil {
      return Signer(service: "sts", keyID: nil)
    }
    let now = WallClock.now
    let identity: SigV4Verifier.Identity
    do throws(SignatureRefusal) {
      identity = try verifier.verify(asked.request, now: Timestamp(milliseconds: now.milliseconds))
    } catch {
      throw refusal(error, spoken)
    }
    guard !sessions.isExpired(identity.accessKeyID, at: now) else { throw spoken.expired }
    return Signer(service: identity.scope.service, keyID: identity.accessKeyID)
  }

  /// Whether a request of EC2 or Auto Scaling names the newest version of a launch template by its number.
  private func namesNewestVersion(_ asked: Asked) async -> Bool {
    let names = ["DesiredConfiguration.LaunchTemplate.Version", "LaunchTemplate.Version", "LaunchTemplateVersion.1"]
    let mixed = "LaunchTemplate.LaunchTemplateSpecification.Version"
    let all = names + ["MixedInstancesPolicy.\(mixed)", "DesiredConfiguration.MixedInstancesPolicy.\(mixed)"]
    guard let number = all.lazy.compactMap({ asked.form[$0] }).first.flatMap({ Int($0) }) else { return false }
    return await world.snapshot.templates.contains { $0.versions.count > 1 && $0.versions.last?.number == number }
  }

  private func unseenVersion(_ spoken: FaceProtocol) -> Fault {
    let words = "Could not find the specified version of the launch template."
    return spoken == .ec2
      ? Fault("InvalidLaunchTemplateId.VersionNotFound", words)
      : Fault("ValidationError", "You must use a valid fully-formed launch template. \(words)")
  }

  /// The same refusal has another name in each protocol.
  private func refusal(_ refusal: SignatureRefusal, _ spoken: FaceProtocol) -> Fault {
    switch (spoken, refusal.code) {
    case (.json, .missingAuthenticationToken):
      return Fault("MissingAuthenticationTokenException", refusal.message)
    case (.json, .invalidClientTokenID): return Fault("UnrecognizedClientException", refusal.message)
    case (.json, .signatureDoesNotMatch), (.json, .requestExpired):
      return Fault("InvalidSignatureException", refusal.message)
    case (.json, .incompleteSignature): return Fault("IncompleteSignatureException", refusal.message)
    case (.ec2, .invalidClientTokenID), (.ec2, .signatureDoesNotMatch):
      return Fault(
        "AuthFailure", "AWS was not able to validate the provided access credentials", httpStatus: 401)
    case (.ec2, .requestExpired), (.query, .requestExpired), (.query, .incompleteSignature),
      (.ec2, .incompleteSignature):
      return Fault(refusal.code.rawValue, refusal.message)
    case (.query, _), (.ec2, .missingAuthenticationToken):
      return Fault(refusal.code.rawValue, refusal.message, httpStatus: 403)
    }
  }

  private func operate(
    _ asked: Asked, _ spoken: FaceProtocol, _ signer: Signer, _ requestID: String
  ) async throws(Fault) -> FaceAnswer {
    if case .json = spoken { return try await operateJSON(asked, spoken, signer.service, requestID) }
    let operation = asked.operation
    guard !operation.isEmpty else {
      throw Fault("MissingAction", "The request must contain the parameter Action")
    }
    guard ServedOperations.has(operation, of: signer.service) else { throw invalidAction(operation) }
    let parameters = Parameters(form: asked.form)
    let children: [XMLNode?]
    if operation == "GetConsoleOutput" {
      children = try await consoleOutput(parameters)
    } else {
      children = try await world.perform { world throws(Fault) in
        try world.admit(operation)
        return try perform(operation, of: signer, parameters, &world)
      }
    }
    return spoken.success(operation, children, requestID: requestID)
  }

  private func perform(
    _ operation: String, of signer: Signer, _ parameters: Parameters, _ world: inout World
  ) throws(Fault) -> [XMLNode?] {
    let answer: [XMLNode?]? =
      switch signer.service {
      case "autoscaling": try AutoScalingFace.perform(operation, parameters, &world)
      case "elasticloadbalancing": try LoadBalancingFace.perform(operation, parameters, world)
      case "monitoring": try CloudWatchFace.perform(operation, parameters, &world)
      case "ec2": try EC2Face.perform(operation, parameters, &world)
      case "rds": try DatabaseFace.perform(operation, parameters, &world)
      case "elasticache": try CacheFace.perform(operation, parameters, world)
      case "sns": try SNSFace.perform(operation, parameters, &world)
      case "sts":
        try STSFace(account: account, sessions: sessions, now: WallClock.now)
          .perform(operation, parameters, signer: signer.keyID)
      default: nil
      }
    guard let answer else { throw invalidAction(operation) }
    return answer
  }

  private func invalidAction(_ operation: String) -> Fault {
    Fault("InvalidAction", "The action \(operation) is not valid for this web service.")
  }

  private func operateJSON(
    _ asked: Asked, _ spoken: FaceProtocol, _ service: String, _ requestID: String
  ) async throws(Fault) -> FaceAnswer {
    let operation = asked.operation
    let body = asked.request.body
    guard let document = JSON(parsing: body.isEmpty ? Array("{}".utf8) : body) else {
      throw Fault("SerializationException", "The request's body is not JSON")
    }
    guard ServedOperations.has(operation, of: service) else { throw unknownOperation(operation) }
    try await world.perform { world throws(Fault) in try world.admit(operation) }
    let parameters = Parameters(json: document)
    let answer: JSON? =
      switch service {
      case "ecr":
        try await ECRFace(world: await world.snapshot, images: images, account: account)
          .perform(operation, parameters)
      case "ssm": try await world.perform { world throws(Fault) in try SSMFace.perform(operation, parameters, &world) }
      case "monitoring":
        try await world.perform { world throws(Fault) in
          try CloudWatchFace.performJSON(operation, parameters, &world)
        }
      default: nil
      }
    guard let answer else { throw unknownOperation(operation) }
    return spoken.success(answer, requestID: requestID)
  }

  private func unknownOperation(_ operation: String) -> Fault {
    Fault("UnknownOperationException", "The sandbox has no operation \(operation)")
  }

  private func consoleOutput(_ parameters: Parameters) async throws(Fault) -> [XMLNode?] {
    let id = try parameters.required("InstanceId")
    let instance = try await world.perform { world throws(Fault) in
      try world.admit("GetConsoleOutput")
      return try EC2Face.instance(id, in: world)
    }
    let output = await world.consoleOutput(of: instance.id).suffix(65_536)
    return [
      element("instanceId", id), element("timestamp", WallClock.now), element("output", base64Encoded(Array(output))),
    ]
  }
}

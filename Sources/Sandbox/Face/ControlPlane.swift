import AWSWire
import SimulatedAWS

/// Answers requests as the AWS services do: who signed, which service, which operation, then the world.
///
/// The service is told by the signature's scope, as AWS's one front door for many services would.
struct ControlPlane: Sendable {
  let world: SandboxWorld
  let images: ImageStore
  let verifier: SigV4Verifier
  let account: String
  let permissions: Permissions
  /// Told of each call when it is answered.
  let record: @Sendable (RecordedCall) -> Void

  init(
    world: SandboxWorld, images: ImageStore, key: AccessKey, account: String,
    permissions: Permissions = Permissions(), record: @escaping @Sendable (RecordedCall) -> Void = { _ in }
  ) {
    self.world = world
    self.images = images
    self.account = account
    self.permissions = permissions
    self.record = record
    verifier = SigV4Verifier { $0 == key.id ? key : nil }
  }

  func answer(_ request: WireRequest) async -> FaceAnswer {
    let form = QueryForm(decoding: request.body)
    let spoken = FaceProtocol(of: request, form: form)
    let requestID = await world.perform { $0.requestID() }
    var called: RecordedCall?
    var answer: FaceAnswer
    do throws(Fault) {
      let identity = try verified(request, spoken)
      let call = RecordedCall(service: identity.scope.service, request: request, form: form)
      called = call
      try permissions.check(call, account: account)
      answer = try await operate(request, form, spoken, identity, requestID)
    } catch {
      answer = spoken.failure(error, requestID: requestID)
    }
    if var called {
      called.status = answer.status
      record(called)
    }
    return answer
  }

  private func verified(
    _ request: WireRequest, _ spoken: FaceProtocol
  ) throws(Fault) -> SigV4Verifier.Identity {
    do throws(SignatureRefusal) {
      return try verifier.verify(request, now: Timestamp(milliseconds: WallClock.now.milliseconds))
    } catch {
      throw refusal(error, spoken)
    }
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
    _ request: WireRequest, _ form: QueryForm, _ spoken: FaceProtocol, _ identity: SigV4Verifier.Identity,
    _ requestID: String
  ) async throws(Fault) -> FaceAnswer {
    if case .json = spoken { return try await operateJSON(request, spoken, identity, requestID) }
    guard let operation = form["Action"] else {
      throw Fault("MissingAction", "The request must contain the parameter Action")
    }
    let parameters = Parameters(form: form)
    let children: [XMLNode?]
    switch identity.scope.service {
    case "ec2" where operation == "GetConsoleOutput": children = try await consoleOutput(parameters)
    case "autoscaling", "elasticloadbalancing", "monitoring", "ec2", "sts":
      children = try await world.perform { world throws(Fault) in
        try world.admit(operation)
        return try Self.perform(operation, of: identity, parameters, &world)
      }
    default:
      throw Fault("InvalidAction", "The sandbox has no service '\(identity.scope.service)' that speaks this protocol")
    }
    return spoken.success(operation, children, requestID: requestID)
  }

  private static func perform(
    _ operation: String, of identity: SigV4Verifier.Identity, _ parameters: Parameters, _ world: inout World
  ) throws(Fault) -> [XMLNode?] {
    let answer: [XMLNode?]? =
      switch identity.scope.service {
      case "autoscaling": try AutoScalingFace.perform(operation, parameters, &world)
      case "elasticloadbalancing": try LoadBalancingFace.perform(operation, parameters, world)
      case "monitoring": try CloudWatchFace.perform(operation, parameters, &world)
      case "ec2": try EC2Face.perform(operation, parameters, &world)
      default: STSFace.perform(operation, world, accessKeyID: identity.accessKeyID)
      }
    guard let answer else {
      throw Fault("InvalidAction", "The action \(operation) is not valid for this web service.")
    }
    return answer
  }

  private func operateJSON(
    _ request: WireRequest, _ spoken: FaceProtocol, _ identity: SigV4Verifier.Identity, _ requestID: String
  ) async throws(Fault) -> FaceAnswer {
    let target = request.header("x-amz-target") ?? ""
    let operation = String(target.split(separator: ".").last ?? "")
    guard let body = JSON(parsing: request.body.isEmpty ? Array("{}".utf8) : request.body) else {
      throw Fault("SerializationException", "The request's body is not JSON")
    }
    try await world.perform { world throws(Fault) in try world.admit(operation) }
    let parameters = Parameters(json: body)
    let answer: JSON? =
      switch identity.scope.service {
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
    guard let answer else {
      throw Fault("UnknownOperationException", "The sandbox has no operation \(target)")
    }
    return spoken.success(answer, requestID: requestID)
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

import AWSWire
import HTTPTransport
import Synchronization

/// Signs, sends and repeats: everything between an operation's values and the bytes of its answer. The one retry loop.
struct AWSCaller: Sendable {
  let settings: AWSSettings
  let environment: AWSEnvironment
  let transport: HTTPTransport
  /// `nil`: requests go out unsigned.
  let credentials: CredentialsStore?
  let memory: CallerMemory
  var retries: Retries = .standard
  var tell: (@Sendable (CallReport) -> Void)?

  /// Sends until an answer is good, or the policy gives up.
  func send(_ call: Call) async throws(AWSError) -> [UInt8] {
    let policy = RetryPolicy(maxAttempts: retries == .none ? 1 : settings.maxAttempts)
    var state = LoopState()
    while true {
      let credentials = try await currentCredentials(for: call)
      switch await attempt(call, with: credentials, number: state.attempt) {
      case .success(let body):
        memory.refund(state.lastCost)
        return body
      case .failure(let failure):
        if case .unsettled = failure.retry { state.isUnsettled = true }
        if await mend(failure, credentials: credentials, state: &state) { continue }
        let wait = memory.decide(
          policy, failure.retry, safety: call.safety, state: &state, random: environment.random())
        guard let wait else { throw final(failure.error, call, state) }
        state.attempt += 1
        do { try await environment.sleep(wait) } catch { throw cancelled(call, state) }
      }
    }
  }

  private func currentCredentials(for call: Call) async throws(AWSError) -> AWSCredentials? {
    do {
      return try await credentials?.credentials()
    } catch {
      throw call.error(.noCredentials, error.description)
    }
  }

  /// What one more attempt cures without costing a retry, once each: a clock that is off, and an expired session.
  private func mend(_ failure: AttemptFailure, credentials used: AWSCredentials?, state: inout LoopState) async -> Bool
  {
    if let clock = failure.serverClock, !state.correctedClock,
      memory.correct(host: endpoint(failure.error.service).host, server: clock, local: environment.now())
    {
      state.correctedClock = true
      return true
    }
    if failure.mayBeExpired, let used, let credentials, !state.refreshedCredentials {
      await credentials.discard(used)
      state.refreshedCredentials = true
      return true
    }
    return false
  }

  /// How long one attempt may take, its answer included. A poll does not wait as long: the next one asks again.
  private var patience: Duration { retries == .none ? .seconds(15) : .seconds(60) }

  private func attempt(
    _ call: Call, with credentials: AWSCredentials?, number: Int
  ) async -> Result<[UInt8], AttemptFailure> {
    let request = signed(call, with: credentials)
    let began = environment.now()
    func report(_ status: Int?, _ code: String?, _ requestID: String?) {
      tell?(
        CallReport(
          call, attempt: number, began: began, ended: environment.now(), status: status, code: code,
          requestID: requestID))
    }
    do throws(HTTPTransportError) {
      let response = try await transport.send(request)
      guard !(200..<300).contains(response.status) else {
        report(response.status, nil, response.header("x-amzn-requestid"))
        return .success(response.body)
      }
      let failure = AttemptFailure(call, response)
      report(response.status, failure.error.code, failure.error.requestID)
      return .failure(failure)
    } catch {
      report(nil, String(describing: error.kind), nil)
      return .failure(AttemptFailure(call, error))
    }
  }

  private func signed(_ call: Call, with credentials: AWSCredentials?) -> HTTPRequest {
    let endpoint = endpoint(call.service)
    var headers = [HeaderField("Host", endpoint.host), HeaderField("Content-Type", call.contentType)]
    if let target = call.target { headers.append(HeaderField("X-Amz-Target", target)) }
    if let credentials {
      let scope = SigningScope(region: settings.region, service: call.service.signingName)
      let wire = WireRequest(method: "POST", target: endpoint.path, headers: headers, body: call.body)
      let time = memory.time(at: endpoint.host, local: environment.now())
      headers += SigV4(key: credentials.key, scope: scope).sign(wire, at: time).headers
    }
    headers.append(HeaderField("User-Agent", "wanzami-deploy"))
    return HTTPRequest(
      method: "POST", url: endpoint.url, headers: headers.map { HTTPHeader($0.name, $0.value) },
      body: .bytes(call.body), timeout: patience, bodyBytesMax: 64 << 20, tls: TLSOptions(caBundle: settings.caBundle),
      // libcurl would repeat a request by itself on a kept-alive connection that died.
      forceFreshConnection: call.safety == .once)
  }

  private func endpoint(_ service: AWSService) -> Endpoint {
    settings.endpoints[service].flatMap { Endpoint(url: $0) }
      ?? Endpoint(service: service, region: settings.region, variant: settings.variant)
  }

  private func final(_ error: AWSError, _ call: Call, _ state: LoopState) -> AWSError {
    var error = error
    error.attempts = state.attempt
    if state.isUnsettled, call.safety != .read, error.kind != .cancelled { error.kind = .ambiguous }
    return error
  }

  private func cancelled(_ call: Call, _ state: LoopState) -> AWSError {
    var error = call.error(.cancelled, "cancelled while waiting to ask again")
    error.attempts = state.attempt
    return error
  }
}

/// Whether a failed call is repeated, and how long an answer is waited for.
public enum Retries: Sendable {
  /// As AWS's standard mode says; a minute for each attempt.
  case standard
  /// Never, and 15 seconds: a poll that is throttled or not answered is made again later instead.
  case none
}

/// What one pass through the retry loop remembers.
struct LoopState {
  var attempt = 1
  var lastCost: Int?
  /// An attempt may have been carried out without our knowing.
  var isUnsettled = false
  var correctedClock = false
  var refreshedCredentials = false
}

/// What the calls of one client share: the retry quota, and how far each endpoint's clock is from ours.
final class CallerMemory: Sendable {
  private let quota = Mutex(RetryQuota())
  private let offsets = Mutex<[String: Int64]>([:])

  /// Clocks closer than this are taken as equal: the least that any service allows is five minutes.
  static let tolerance: Int64 = 4 * 60 * 1000

  func decide(
    _ policy: RetryPolicy, _ failure: RetryPolicy.Failure, safety: RetryPolicy.Safety, state: inout LoopState,
    random: Double
  ) -> Duration? {
    let (decision, cost) = quota.withLock { quota in
      let before = quota.tokens
      let decision = policy.decide(failure, safety: safety, attempt: state.attempt, quota: &quota, random: random)
      return (decision, before - quota.tokens)
    }
    guard case .wait(let wait) = decision else { return nil }
    state.lastCost = cost
    return wait
  }

  func refund(_ cost: Int?) { quota.withLock { $0.refund(cost) } }

  /// The time to sign with.
  func time(at host: String, local: Timestamp) -> Timestamp {
    Timestamp(milliseconds: local.milliseconds + offsets.withLock { $0[host, default: 0] })
  }

  /// Takes over the server's clock; `false` when the one in use was no different.
  func correct(host: String, server: Timestamp, local: Timestamp) -> Bool {
    offsets.withLock { offsets in
      let offset = server.milliseconds - local.milliseconds
      guard abs(offset - offsets[host, default: 0]) > CallerMemory.tolerance else { return false }
      offsets[host] = offset
      return true
    }
  }
}

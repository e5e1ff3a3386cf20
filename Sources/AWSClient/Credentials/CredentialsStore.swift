import AWSWire

/// The credentials in use, fetched when first needed and again before they expire.
///
/// As botocore does: from 15 minutes before the end new ones are tried, from 10 minutes before they are demanded.
public actor CredentialsStore {
  static let refreshFrom: Int64 = 15 * 60 * 1000
  static let demandFrom: Int64 = 10 * 60 * 1000

  private let load: @Sendable () async throws(CredentialsError) -> AWSCredentials
  private let now: @Sendable () -> Timestamp
  private var current: AWSCredentials?
  private var loading: Task<Result<AWSCredentials, CredentialsError>, Never>?

  /// A store over any way to fetch credentials.
  public init(
    now: @escaping @Sendable () -> Timestamp,
    load: @escaping @Sendable () async throws(CredentialsError) -> AWSCredentials
  ) {
    self.now = now
    self.load = load
  }

  /// Credentials that are good for ten minutes more, if they ever end. Callers that ask at once share one fetch.
  public func credentials() async throws(CredentialsError) -> AWSCredentials {
    guard let current else { return try await fetch().get() }
    guard let left = millisecondsLeft(current), left < CredentialsStore.refreshFrom else { return current }
    switch await fetch() {
    case .success(let fresh): return fresh
    case .failure where left > CredentialsStore.demandFrom: return current
    case .failure(let error): throw error
    }
  }

  /// Forgets credentials that AWS called expired, unless others have taken their place already.
  func discard(_ credentials: AWSCredentials) {
    if current == credentials { current = nil }
  }

  private func millisecondsLeft(_ credentials: AWSCredentials) -> Int64? {
    credentials.expires.map { $0.milliseconds - now().milliseconds }
  }

  private func fetch() async -> Result<AWSCredentials, CredentialsError> {
    if let loading { return await loading.value }
    let task = Task { [load] () -> Result<AWSCredentials, CredentialsError> in
      do throws(CredentialsError) { return .success(try await load()) } catch { return .failure(error) }
    }
    loading = task
    let result = await task.value
    loading = nil
    if case .success(let fresh) = result { current = fresh }
    return result
  }
}

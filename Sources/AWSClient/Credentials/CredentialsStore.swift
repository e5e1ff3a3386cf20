import AWSWire

/// The credentials in use, fetched when first needed and again before they expire.
///
/// As botocore does: from 15 minutes before the end new ones are tried, from 10 minutes before they are demanded. Of
/// credentials that last less than an hour it is a quarter and a sixth of the time that they had left when they came,
/// for new ones would last no longer.
public actor CredentialsStore {
  static let refreshFrom: Int64 = 15 * 60 * 1000
  static let demandFrom: Int64 = 10 * 60 * 1000

  private let load: @Sendable () async throws(CredentialsError) -> AWSCredentials
  private let now: @Sendable () -> Timestamp
  private var current: AWSCredentials?
  /// When `current` came.
  private var fetched: Timestamp?
  private var loading: Task<Result<AWSCredentials, CredentialsError>, Never>?

  /// A store over any way to fetch credentials.
  public init(
    now: @escaping @Sendable () -> Timestamp,
    load: @escaping @Sendable () async throws(CredentialsError) -> AWSCredentials
  ) {
    self.now = now
    self.load = load
  }

  /// Credentials that are good for ten minutes more, if they ever end and lasted that long. Callers that ask at once
  /// share one fetch.
  public func credentials() async throws(CredentialsError) -> AWSCredentials {
    guard let current else { return try await fetch().get() }
    guard let expires = current.expires, let fetched else { return current }
    let lifetime = expires.milliseconds - fetched.milliseconds
    let left = expires.milliseconds - now().milliseconds
    guard left < min(CredentialsStore.refreshFrom, lifetime / 4) else { return current }
    switch await fetch() {
    case .success(let fresh): return fresh
    case .failure where left > min(CredentialsStore.demandFrom, lifetime / 6): return current
    case .failure(let error): throw error
    }
  }

  /// Forgets credentials that AWS called expired, unless others have taken their place already.
  func discard(_ credentials: AWSCredentials) {
    if current == credentials { current = nil }
  }

  private func fetch() async -> Result<AWSCredentials, CredentialsError> {
    if let loading { return await loading.value }
    let task = Task { [load] () -> Result<AWSCredentials, CredentialsError> in
      do throws(CredentialsError) { return .success(try await load()) } catch { return .failure(error) }
    }
    loading = task
    let result = await task.value
    loading = nil
    if case .success(let fresh) = result {
      current = fresh
      fetched = now()
    }
    return result
  }
}

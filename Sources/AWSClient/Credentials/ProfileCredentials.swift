import AWSWire

/// What a profile of the shared files gives: a role, a web identity, a signed-in session, static keys or a program's
/// answer.
extension CredentialsChain {
  /// A profile's settings of both files; the credentials file wins.
  private func settings(of name: String) -> [String: String] {
    (files.configProfile(name) ?? [:]).merging(files.credentialsProfile(name) ?? [:]) { _, shared in shared }
  }

  /// The role of a profile that has one and no web identity for it.
  func ofProfileRole(_ name: String) async throws(CredentialsError) -> CredentialsProvider.Answer {
    try await ofProfileRole(name, visited: []) ?? .absent("role_arn of profile \(name): not set")
  }

  private func ofProfileRole(
    _ name: String, visited: [String]
  ) async throws(CredentialsError) -> CredentialsProvider.Answer? {
    let settings = settings(of: name)
    guard let role = settings["role_arn"], settings["web_identity_token_file"] == nil else { return nil }
    return .credentials(try await ofRole(role, of: name, settings, visited: visited + [name]))
  }

  /// All that a profile gives but a role by other credentials.
  func ofProfileItself(_ name: String) async throws(CredentialsError) -> CredentialsProvider.Answer {
    let config = files.configProfile(name) ?? [:]
    let merged = settings(of: name)
    let place = "profile \(name)"
    if let role = merged["role_arn"], let tokenFile = merged["web_identity_token_file"] {
      return .credentials(
        try await withWebIdentity(
          role: role, tokenFile: tokenFile, session: merged["role_session_name"], place: "role_arn of \(place)"))
    }
    if let session = try SSOProfile(name, settings: merged, files: files) {
      let sso = SSOCredentials(profile: session, environment: environment, requests: requests)
      return .credentials(try await sso.load())
    }
    let shared = files.credentialsProfile(name) ?? [:]
    if let keys = try staticKeys(shared, place: "\(place) in \(files.credentialsPath)") { return .credentials(keys) }
    if let program = merged["credential_process"] {
      return .credentials(try await ofProcess(program, place: "credential_process of \(place)"))
    }
    if let keys = try staticKeys(config, place: "\(place) in \(files.configPath)") { return .credentials(keys) }
    if merged["login_session"] != nil {
      throw .unsupported(
        place: "login_session of \(place)",
        wayOut: "Export the session's keys (aws configure export-credentials --format env), or use role_arn.")
    }
    return .absent(
      "\(place): no keys, web identity, SSO session or credential_process in \(files.credentialsPath) or "
        + files.configPath)
  }

  private func staticKeys(
    _ settings: [String: String], place: String
  ) throws(CredentialsError) -> AWSCredentials? {
    guard let id = settings["aws_access_key_id"], !id.isEmpty else { return nil }
    guard let secret = settings["aws_secret_access_key"], !secret.isEmpty else {
      throw .failed(place: place, reason: "it has aws_access_key_id, but no aws_secret_access_key.")
    }
    let token = settings["aws_session_token"].flatMap { $0.isEmpty ? nil : Secret($0) }
    return AWSCredentials(key: AccessKey(id: id, secret: Secret(secret), sessionToken: token), source: place)
  }

  private func ofRole(
    _ role: String, of name: String, _ settings: [String: String], visited: [String]
  ) async throws(CredentialsError) -> AWSCredentials {
    if settings["mfa_serial"] != nil {
      throw .unsupported(
        place: "mfa_serial of profile \(name)",
        wayOut: "Nobody is asked for a code in a release: export a session's keys first "
          + "(aws configure export-credentials --profile \(name) --format env), or use a role without MFA.")
    }
    let source = try await roleSource(settings, of: name, place: "role_arn of profile \(name)", visited: visited)
    return try await roles.assume(
      RoleCalls.Request(
        role: role, session: settings["role_session_name"] ?? defaultSessionName, externalID: settings["external_id"],
        durationSeconds: settings["duration_seconds"].flatMap { Int($0) }),
      source)
  }

  private func roleSource(
    _ settings: [String: String], of name: String, place: String, visited: [String]
  ) async throws(CredentialsError) -> AWSCredentials {
    let answer: CredentialsProvider.Answer
    switch (settings["source_profile"], settings["credential_source"]) {
    case (nil, nil): throw .failed(place: place, reason: "it names neither a source_profile nor a credential_source.")
    case (_?, _?): throw .failed(place: place, reason: "it names a source_profile and a credential_source: keep one.")
    case (let source?, nil): answer = try await ofSourceProfile(source, of: name, place: place, visited: visited)
    case (nil, let source?): answer = try await ofCredentialSource(source, place: place)
    }
    switch answer {
    case .credentials(let credentials): return credentials
    case .absent(let reason): throw .failed(place: place, reason: "its source gives nothing: \(reason).")
    }
  }

  /// A profile may be its own source: then its role does not count again.
  private func ofSourceProfile(
    _ source: String, of name: String, place: String, visited: [String]
  ) async throws(CredentialsError) -> CredentialsProvider.Answer {
    guard source == name || !visited.contains(source) else {
      throw .failed(
        place: place, reason: "the profiles form a circle: \((visited + [source]).joined(separator: " → ")).")
    }
    if source != name, let role = try await ofProfileRole(source, visited: visited) { return role }
    return try await ofProfileItself(source)
  }

  private func ofCredentialSource(
    _ source: String, place: String
  ) async throws(CredentialsError) -> CredentialsProvider.Answer {
    switch source {
    case "Environment": try await environmentProvider.load()
    case "EcsContainer": try await containerProvider.load()
    case "Ec2InstanceMetadata": try await metadataProvider.load()
    default:
      throw .unsupported(
        place: "\(place) with credential_source = \(source)",
        wayOut: "It is one of Environment, EcsContainer and Ec2InstanceMetadata.")
    }
  }
}

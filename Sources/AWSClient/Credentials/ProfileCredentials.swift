import AWSWire

/// What a profile of the shared files gives: a role, a web identity, static keys or a program's answer.
extension CredentialsChain {
  func ofProfile(_ name: String) async throws(CredentialsError) -> CredentialsProvider.Answer {
    try await ofProfile(name, visited: [])
  }

  private func ofProfile(
    _ name: String, visited: [String]
  ) async throws(CredentialsError) -> CredentialsProvider.Answer {
    let config = files.configProfile(name) ?? [:]
    let shared = files.credentialsProfile(name) ?? [:]
    let merged = config.merging(shared) { _, shared in shared }
    let place = "profile \(name)"
    // A profile may be its own source: then only its static keys count.
    if let role = merged["role_arn"], visited.last != name {
      return .credentials(try await ofRole(role, of: name, merged, visited: visited + [name]))
    }
    if let keys = try staticKeys(shared, place: "\(place) in \(files.credentialsPath)") { return .credentials(keys) }
    if let program = merged["credential_process"] {
      return .credentials(try await ofProcess(program, place: "credential_process of \(place)"))
    }
    if let keys = try staticKeys(config, place: "\(place) in \(files.configPath)") { return .credentials(keys) }
    for key in ["sso_session", "sso_start_url", "login_session"] where merged[key] != nil {
      throw .unsupported(
        place: "\(key) of \(place)",
        wayOut: "Export the session's keys (aws configure export-credentials --format env), or use role_arn.")
    }
    return .absent(
      "\(place): no keys, role_arn or credential_process in \(files.credentialsPath) or \(files.configPath)")
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
    let place = "role_arn of profile \(name)"
    if let tokenFile = settings["web_identity_token_file"] {
      return try await withWebIdentity(
        role: role, tokenFile: tokenFile, session: settings["role_session_name"], place: place)
    }
    if settings["mfa_serial"] != nil {
      throw .unsupported(place: "mfa_serial of profile \(name)", wayOut: "Nobody is asked for a code in a release.")
    }
    let source = try await roleSource(settings, of: name, place: place, visited: visited)
    return try await roles.assume(
      RoleCalls.Request(
        role: role, session: settings["role_session_name"] ?? defaultSessionName, externalID: settings["external_id"],
        durationSeconds: settings["duration_seconds"].flatMap { Int($0) }),
      source)
  }

  private func roleSource(
    _ settings: [String: String], of name: String, place: String, visited: [String]
  ) async throws(CredentialsError) -> AWSCredentials {
    guard let source = settings["source_profile"] else {
      let other = settings["credential_source"].map { "credential_source = \($0)" } ?? "no source_profile"
      throw .unsupported(place: "\(place) with \(other)", wayOut: "Name a source_profile.")
    }
    guard source == name || !visited.contains(source) else {
      throw .failed(
        place: place, reason: "the profiles form a circle: \((visited + [source]).joined(separator: " → ")).")
    }
    switch try await ofProfile(source, visited: visited) {
    case .credentials(let credentials): return credentials
    case .absent(let reason): throw .failed(place: place, reason: "its source gives nothing: \(reason).")
    }
  }
}

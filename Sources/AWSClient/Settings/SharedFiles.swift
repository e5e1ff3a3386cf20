/// The shared config and credentials files of the AWS CLI and the SDKs, read once.
struct SharedFiles: Sendable {
  /// Where they were looked for.
  let configPath: String
  let credentialsPath: String
  private let config: ConfigFile
  private let credentials: ConfigFile

  init(_ environment: AWSEnvironment) {
    configPath = environment.path(environment.variable("AWS_CONFIG_FILE") ?? "~/.aws/config")
    credentialsPath = environment.path(environment.variable("AWS_SHARED_CREDENTIALS_FILE") ?? "~/.aws/credentials")
    config = ConfigFile(text(environment.readFile(configPath)))
    credentials = ConfigFile(text(environment.readFile(credentialsPath)))
  }

  /// A profile's settings of the config file, where its section is `[profile x]` (or `[default]`).
  func configProfile(_ name: String) -> [String: String]? {
    name == "default"
      ? config.sections["default"] ?? config.sections["profile default"] : config.sections["profile \(name)"]
  }

  /// A profile's settings of the credentials file, where its section is `[x]`.
  func credentialsProfile(_ name: String) -> [String: String]? { credentials.sections[name] }

  /// A `[services x]` section; nested settings are `ecr.endpoint_url`.
  func services(_ name: String) -> [String: String]? { config.sections["services \(name)"] }

  /// An `[sso-session x]` section.
  func ssoSession(_ name: String) -> [String: String]? { config.sections["sso-session \(name)"] }

  /// Whether either file has the profile.
  func hasProfile(_ name: String) -> Bool {
    configProfile(name) != nil || credentialsProfile(name) != nil
  }
}

private func text(_ bytes: [UInt8]?) -> String {
  String(decoding: bytes ?? [], as: UTF8.self)
}

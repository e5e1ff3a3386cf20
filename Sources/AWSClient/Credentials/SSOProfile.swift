import AWSWire

/// A profile that signs in through IAM Identity Center, by an `sso-session` section or with the settings in itself.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
struct SSOProfile: Sendable {
  let name: String
  let accountID: String
  let roleName: String
  let region: String
  /// `nil`: the older form, whose session cannot be renewed.
  let session: String?
  /// What the cached session's file is named after.
  let cacheKey: String

  var place: String { "the SSO session of profile \(name)" }
  /// What mends a session that is missing or over.
  var wayOut: String { "Run `aws sso login --profile \(name)`, or give the job credentials of its own." }

  /// `nil`: the profile has no account and no role to sign in to.
  init?(_ name: String, settings: [String: String], files: SharedFiles) throws(CredentialsError) {
    guard settings["sso_session"] != nil || settings["sso_start_url"] != nil,
      settings["sso_account_id"] != nil || settings["sso_role_name"] != nil
    else { return nil }
    var section = settings
    if let session = settings["sso_session"] {
      guard let found = files.ssoSession(session) else {
        throw .failed(
          place: "sso_session of profile \(name)",
          reason: "\(files.configPath) has no section [sso-session \(session)].")
      }
      section.merge(found) { _, session in session }
    }
    let needed = ["sso_account_id", "sso_role_name", "sso_region", "sso_start_url"]
    let missing = needed.filter { section[$0, default: ""].isEmpty }
    guard missing.isEmpty else {
      throw .failed(
        place: "SSO of profile \(name)", reason: "\(missing.joined(separator: ", ")) is missing in \(files.configPath)."
      )
    }
    self.name = name
    accountID = section["sso_account_id", default: ""]
    roleName = section["sso_role_name", default: ""]
    region = section["sso_region", default: ""]
    session = settings["sso_session"]
    cacheKey = session ?? section["sso_start_url", default: ""]
  }
}

/// Region, endpoints and switches, as the AWS CLI's variables and files name them.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
public struct AWSSettings: Equatable, Sendable {
  public var region: String
  /// Where the region was found, for people: `AWS_REGION`.
  public var regionSource: String
  public var profile: String
  /// A profile named by option: then credentials in variables do not count.
  public var isProfileExplicit: Bool
  /// Endpoints that something names, by service; the others are AWS's own.
  public var endpoints: [AWSService: String]
  /// Where IAM Identity Center is asked, when something names it.
  var ssoEndpoints: SSOEndpoints
  /// Where no endpoint is named.
  public var variant: EndpointVariant
  public var caBundle: String?
  public var maxAttempts: Int

  /// Reads variables and files. `region` and `profile` are the caller's own choice and win over both.
  public init(environment: AWSEnvironment, region: String? = nil, profile: String? = nil) throws(AWSSettingsError) {
    let files = SharedFiles(environment)
    let named = environment.variable("AWS_PROFILE") ?? environment.variable("AWS_DEFAULT_PROFILE")
    let name = profile ?? named ?? "default"
    if profile != nil || named != nil, !files.hasProfile(name) {
      throw .unknownProfile(name, files: [files.configPath, files.credentialsPath])
    }
    self.profile = name
    isProfileExplicit = profile != nil
    let config = files.configProfile(name) ?? [:]
    let candidates = [
      (region, "the pipeline"), (environment.variable("AWS_REGION"), "AWS_REGION"),
      (environment.variable("AWS_DEFAULT_REGION"), "AWS_DEFAULT_REGION"),
      (config["region"], "profile \(name) in \(files.configPath)"),
    ]
    guard let (found, source) = candidates.first(where: { $0.0?.isEmpty == false }), let found else {
      throw .noRegion(profile: name, configPath: files.configPath)
    }
    guard isRegion(found) else { throw .notARegion(found, source: source) }
    self.region = found
    regionSource = source
    let configured = try configuredEndpoints(environment, config: config, files: files)
    endpoints = Dictionary(
      uniqueKeysWithValues: AWSService.allCases.compactMap { service in
        configured[service.endpointKey].map { (service, $0) }
      })
    ssoEndpoints = SSOEndpoints(portal: configured["sso"], oidc: configured["sso_oidc"])
    caBundle = environment.variable("AWS_CA_BUNDLE") ?? config["ca_bundle"].map { environment.path($0) }
    maxAttempts = try attempts(environment.variable("AWS_MAX_ATTEMPTS") ?? config["max_attempts"])
    variant = endpointVariant(environment, config: config)
    try checkRetryMode(environment, config: config)
  }
}

/// Why variables and files give no settings.
public enum AWSSettingsError: Error, Equatable, Sendable, CustomStringConvertible {
  case noRegion(profile: String, configPath: String)
  case notARegion(String, source: String)
  case unknownProfile(String, files: [String])
  case notAnEndpoint(String, source: String)
  case notANumber(String, setting: String)
  case unsupported(setting: String, wayOut: String)

  public var description: String {
    switch self {
    case .noRegion(let profile, let path):
      "no AWS region: none in the pipeline file, AWS_REGION, AWS_DEFAULT_REGION or profile \(profile) of \(path). "
        + "Set `region` in the pipeline file or AWS_REGION."
    case .notARegion(let region, let source):
      "\"\(region)\" from \(source) is no AWS region: letters, digits and hyphens, such as eu-north-1."
    case .unknownProfile(let name, let files):
      "the AWS profile \(name) is in neither \(files.joined(separator: " nor ")). Check AWS_PROFILE."
    case .notAnEndpoint(let url, let source):
      "\"\(url)\" from \(source) is no endpoint: http:// or https://, a host, and no query."
    case .notANumber(let text, let setting): "\(setting) is \"\(text)\", but must be a whole number from 1 on."
    case .unsupported(let setting, let wayOut): "\(setting) is not supported. \(wayOut)"
    }
  }
}

private func isRegion(_ text: String) -> Bool {
  !text.isEmpty && text.utf8.count <= 63
    && text.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: "-")
    }
}

/// In this order: the service's variable, the common variable, the profile's `services` section, the profile's
/// `endpoint_url` (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
private func configuredEndpoints(
  _ environment: AWSEnvironment, config: [String: String], files: SharedFiles
) throws(AWSSettingsError) -> [String: String] {
  let ignored = environment.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") ?? config["ignore_configured_endpoint_urls"]
  if ignored?.lowercased() == "true" { return [:] }
  let section = config["services"].flatMap { files.services($0) } ?? [:]
  var endpoints: [String: String] = [:]
  for key in AWSService.allCases.map(\.endpointKey) + ["sso", "sso_oidc"] {
    let variable = "AWS_ENDPOINT_URL_\(key.uppercased())"
    let candidates = [
      (environment.variable(variable), variable), (environment.variable("AWS_ENDPOINT_URL"), "AWS_ENDPOINT_URL"),
      (section["\(key).endpoint_url"], "the services section of \(files.configPath)"),
      (config["endpoint_url"], files.configPath),
    ]
    guard let (url, source) = candidates.first(where: { $0.0 != nil }), let url else { continue }
    guard Endpoint(url: url) != nil else { throw .notAnEndpoint(url, source: source) }
    endpoints[key] = url
  }
  return endpoints
}

private func attempts(_ text: String?) throws(AWSSettingsError) -> Int {
  guard let text else { return 3 }
  guard let number = Int(text), number >= 1 else { throw .notANumber(text, setting: "AWS_MAX_ATTEMPTS") }
  return number
}

/// The switches between AWS's endpoints; anything but `true` is off, as for the AWS CLI.
private func endpointVariant(_ environment: AWSEnvironment, config: [String: String]) -> EndpointVariant {
  let isOn: (String, String) -> Bool = { variable, key in
    (environment.variable(variable) ?? config[key])?.lowercased() == "true"
  }
  return EndpointVariant(
    usesFIPS: isOn("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
    usesDualStack: isOn("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"))
}

/// The AWS CLI's other two modes are not refused, for a profile is shared with it, but it is said that they are not
/// followed; a mode that nobody knows is an error.
private func checkRetryMode(_ environment: AWSEnvironment, config: [String: String]) throws(AWSSettingsError) {
  guard let mode = environment.variable("AWS_RETRY_MODE") ?? config["retry_mode"] else { return }
  switch mode.lowercased() {
  case "standard": return
  case "legacy", "adaptive": environment.warn("AWS_RETRY_MODE is \(mode): calls are repeated in the standard mode.")
  default: throw .unsupported(setting: "AWS_RETRY_MODE \"\(mode)\"", wayOut: "It is standard here.")
  }
}

import Testing

@testable import AWSClient

private let config = """
  # a comment
  [default]
  region = eu-central-1
  [profile  staging]
  region=eu-west-1 ; trailing comment
  ca_bundle = ~/ca.pem
  max_attempts = 5
  services = local
  endpoint_url = http://127.0.0.1:1/
  [services local]
  ecr =
    endpoint_url = http://127.0.0.1:2
  auto_scaling =
    endpoint_url = http://127.0.0.1:3/base
  [profile empty]
  """

private func settings(
  _ variables: [String: String], region: String? = nil, profile: String? = nil, config: String = config
) throws -> AWSSettings {
  let world = TestEnvironment(variables, files: ["/home/op/.aws/config": config])
  return try AWSSettings(environment: world.environment, region: region, profile: profile)
}

@Suite("Settings")
struct SettingsTests {
  @Test("the region comes from the pipeline, then AWS_REGION, then AWS_DEFAULT_REGION, then the profile")
  func region() throws {
    let variables = ["AWS_REGION": "us-east-2", "AWS_DEFAULT_REGION": "us-west-1"]
    #expect(try settings(variables, region: "eu-north-1").region == "eu-north-1")
    #expect(try settings(variables).region == "us-east-2")
    #expect(try settings(["AWS_DEFAULT_REGION": "us-west-1"]).region == "us-west-1")
    #expect(try settings(["AWS_REGION": ""]).region == "eu-central-1")
    #expect(try settings(["AWS_PROFILE": "staging"]).region == "eu-west-1")
    #expect(try settings([:], profile: "staging").region == "eu-west-1")
  }

  @Test("what cannot be used is an error that names its place")
  func refused() throws {
    #expect(throws: AWSSettingsError.noRegion(profile: "empty", configPath: "/home/op/.aws/config")) {
      try settings(["AWS_PROFILE": "empty"])
    }
    #expect(throws: AWSSettingsError.notARegion("eu north", source: "AWS_REGION")) {
      try settings(["AWS_REGION": "eu north"])
    }
    #expect(
      throws: AWSSettingsError.unknownProfile(
        "nobody", files: ["/home/op/.aws/config", "/home/op/.aws/credentials"])
    ) { try settings(["AWS_PROFILE": "nobody"]) }
    #expect(throws: AWSSettingsError.notAnEndpoint("localhost:1", source: "AWS_ENDPOINT_URL")) {
      try settings(["AWS_ENDPOINT_URL": "localhost:1"])
    }
    #expect(throws: AWSSettingsError.notANumber("many", setting: "AWS_MAX_ATTEMPTS")) {
      try settings(["AWS_MAX_ATTEMPTS": "many"])
    }
  }

  @Test("a retry mode of the AWS CLI's that is not followed is told, and one that nobody knows is refused")
  func retryMode() throws {
    for (mode, isTold) in [("standard", false), ("legacy", true), ("Adaptive", true)] {
      let world = TestEnvironment(["AWS_REGION": "eu-north-1", "AWS_RETRY_MODE": mode])
      _ = try AWSSettings(environment: world.environment)
      let told = world.warnings.withLock { $0 }
      #expect(told == (isTold ? ["AWS_RETRY_MODE is \(mode): calls are repeated in the standard mode."] : []))
    }
    #expect(throws: AWSSettingsError.self) { try settings(["AWS_RETRY_MODE": "wild"]) }
  }

  @Test("endpoints come from the service's variable, the common one, the services section, the profile")
  func endpoints() throws {
    let all = try settings([
      "AWS_PROFILE": "staging", "AWS_ENDPOINT_URL": "http://127.0.0.1:4",
      "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2": "http://127.0.0.1:5",
    ])
    #expect(all.endpoints[.elbv2] == "http://127.0.0.1:5")
    #expect(all.endpoints[.autoScaling] == "http://127.0.0.1:4")
    let files = try settings(["AWS_PROFILE": "staging"])
    #expect(files.endpoints[.ecr] == "http://127.0.0.1:2")
    #expect(files.endpoints[.autoScaling] == "http://127.0.0.1:3/base")
    #expect(files.endpoints[.ssm] == "http://127.0.0.1:1/")
    #expect(files.caBundle == "/home/op/ca.pem")
    #expect(files.maxAttempts == 5)
    let ignored = try settings(["AWS_PROFILE": "staging", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"])
    #expect(ignored.endpoints.isEmpty)
  }

  @Test(
    "AWS's own hosts follow the partition of the region",
    arguments: [
      (AWSService.ecr, "eu-north-1", "https://api.ecr.eu-north-1.amazonaws.com/"),
      (.elbv2, "us-east-1", "https://elasticloadbalancing.us-east-1.amazonaws.com/"),
      (.cloudWatch, "us-gov-west-1", "https://monitoring.us-gov-west-1.amazonaws.com/"),
      (.autoScaling, "cn-north-1", "https://autoscaling.cn-north-1.amazonaws.com.cn/"),
      (.sts, "eusc-de-east-1", "https://sts.eusc-de-east-1.amazonaws.eu/"),
      (.ssm, "xx-new-1", "https://ssm.xx-new-1.amazonaws.com/"),
    ])
  func hosts(service: AWSService, region: String, url: String) {
    #expect(Endpoint(service: service, region: region).url == url)
  }

  @Test("FIPS and dual-stack hosts are switched on by variable or profile")
  func variants() throws {
    #expect(try settings([:]).variant == EndpointVariant())
    let on = ["AWS_USE_FIPS_ENDPOINT": "TRUE", "AWS_USE_DUALSTACK_ENDPOINT": "true"]
    #expect(try settings(on).variant == EndpointVariant(usesFIPS: true, usesDualStack: true))
    let config = "[default]\nregion = eu-north-1\nuse_fips_endpoint = true"
    #expect(try settings([:], config: config).variant == EndpointVariant(usesFIPS: true))
    #expect(try settings(["AWS_USE_FIPS_ENDPOINT": "false"], config: config).variant == EndpointVariant())
  }

  @Test("a configured endpoint keeps its path and its port, unless the port is the scheme's own")
  func endpointForms() {
    #expect(Endpoint(url: "HTTP://LocalHost:80")?.url == "http://localhost/")
    #expect(Endpoint(url: "https://x:443/a/b")?.url == "https://x/a/b/")
    #expect(Endpoint(url: "http://[::1]:4566/")?.host == "[::1]:4566")
    for bad in ["", "x", "ftp://x", "http://", "http://u@x", "http://x?y", "http://x y"] {
      #expect(Endpoint(url: bad) == nil)
    }
  }
}

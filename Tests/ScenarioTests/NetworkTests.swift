import AWSClient
import Foundation
import RealParts
import Testing

/// The built program's connections: proxies as libcurl honours them, a CA bundle of one's own, and how often it shakes
/// hands in a watch.
@Suite(
  "The program's way to AWS", .serialized,
  .enabled(if: Stage.canRun && TLSFront.canRun, "no docker-registry, HAProxy or openssl"))
struct NetworkTests {
  /// Which variables have `status` go through the proxy.
  struct ProxyRow: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// PROXY stands for the proxy's address, and USERPROXY for it with a user in it.
    var variables: [String: String]
    var isTLS: Bool
    /// How each line that the proxy sees begins; `nil`: it sees nothing.
    var seen: String?
    var authorization: String?

    static let all = [
      ProxyRow(
        testDescription: "http_proxy, plain", variables: ["http_proxy": "PROXY"], isTLS: false,
        seen: "POST http://127.0.0.1:"),
      // https://curl.se/libcurl/c/libcurl-env.html: a CGI program's header could set the name in capitals.
      ProxyRow(testDescription: "HTTP_PROXY in capitals", variables: ["HTTP_PROXY": "PROXY"], isTLS: false, seen: nil),
      ProxyRow(testDescription: "HTTPS_PROXY, plain", variables: ["HTTPS_PROXY": "PROXY"], isTLS: false, seen: nil),
      ProxyRow(
        testDescription: "ALL_PROXY, plain", variables: ["ALL_PROXY": "PROXY"], isTLS: false,
        seen: "POST http://127.0.0.1:"),
      ProxyRow(
        testDescription: "HTTPS_PROXY, TLS", variables: ["HTTPS_PROXY": "PROXY"], isTLS: true,
        seen: "CONNECT 127.0.0.1:"),
      ProxyRow(
        testDescription: "https_proxy, TLS", variables: ["https_proxy": "PROXY"], isTLS: true,
        seen: "CONNECT 127.0.0.1:"),
      ProxyRow(
        testDescription: "HTTPS_PROXY with a user", variables: ["HTTPS_PROXY": "USERPROXY"], isTLS: true,
        seen: "CONNECT 127.0.0.1:", authorization: "Basic dTpwIHc="),
      ProxyRow(
        testDescription: "NO_PROXY", variables: ["HTTPS_PROXY": "PROXY", "NO_PROXY": "localhost,127.0.0.1"],
        isTLS: true,
        seen: nil),
      ProxyRow(
        testDescription: "no_proxy of everything", variables: ["http_proxy": "PROXY", "no_proxy": "*"], isTLS: false,
        seen: nil),
      ProxyRow(
        testDescription: "NO_PROXY of others", variables: ["HTTPS_PROXY": "PROXY", "NO_PROXY": "example.org"],
        isTLS: true,
        seen: "CONNECT 127.0.0.1:"),
    ]
  }

  @Test("proxy variables and their exceptions are libcurl's")
  func proxies() async throws {
    try await Stage.with(hasEngine: false) { stage in
      let port = try #require(stage.exports["AWS_ENDPOINT_URL"]?.split(separator: ":").last.flatMap { Int($0) })
      let front = try TLSFront(to: port, names: ["all"])
      for row in ProxyRow.all {
        let proxy = try LoopbackProxy()
        var changes: [String: String?] = row.variables.mapValues {
          $0 == "USERPROXY" ? "http://u:p%20w@127.0.0.1:\(proxy.port)" : $0.replacing("PROXY", with: proxy.url)
        }
        if row.isTLS {
          changes["AWS_ENDPOINT_URL"] = front.url("all")
          changes["AWS_CA_BUNDLE"] = front.caBundle
        }
        let finished = try await stage.run("status", with: changes)
        #expect(finished.status == 0, "\(row.testDescription): \(finished.everything)")
        #expect(proxy.requests.isEmpty == (row.seen == nil), "\(row.testDescription): \(proxy.requests)")
        for line in proxy.requests {
          #expect(line.hasPrefix(row.seen ?? "nothing"), "\(row.testDescription)")
          if let authorization = row.authorization { #expect(line.hasSuffix(" as \(authorization)"), "\(line)") }
        }
      }
      let refusing = try LoopbackProxy(refusal: "403 Forbidden")
      let refused = try await stage.run(
        "status",
        with: [
          "HTTPS_PROXY": refusing.url, "AWS_ENDPOINT_URL": front.url("all"), "AWS_CA_BUNDLE": front.caBundle,
          "AWS_MAX_ATTEMPTS": "1",
        ])
      #expect(refused.status == 1, "\(refused.everything)")
      #expect(refused.everything.contains("403"), "\(refused.everything)")
      #expect(refused.everything.contains("Check the network, the region and the endpoint settings."))
      let untrusted = try await stage.run("status", with: ["AWS_ENDPOINT_URL": front.url("all")])
      #expect(untrusted.status == 1)
      #expect(untrusted.everything.contains("no trusted TLS connection"), "\(untrusted.everything)")
    }
  }

  private static let services = [
    "AUTO_SCALING", "ELASTIC_LOAD_BALANCING_V2", "EC2", "ECR", "CLOUDWATCH", "STS", "SSM",
  ]

  @Test("a watch keeps its connections: in it no host sees more than one handshake a minute")
  func handshakes() async throws {
    try await Stage.with(fleet: "alarms: [errors]", rollout: "alarms: [errors], bake: 5s", hasEngine: false) {
      stage in
      let port = try #require(stage.exports["AWS_ENDPOINT_URL"]?.split(separator: ":").last.flatMap { Int($0) })
      let front = try TLSFront(to: port, names: Self.services)
      try await stage.beginRollout()
      var changes: [String: String?] = ["AWS_CA_BUNDLE": front.caBundle]
      for service in Self.services { changes["AWS_ENDPOINT_URL_\(service)"] = front.url(service) }
      let program = try stage.start("resume", with: changes)
      try await program.says("healthy on release 2")
      let before = try front.counts()
      let finished = try await program.end(within: .seconds(60))
      let after = try front.counts()
      for service in Self.services {
        let handshakes = (after[service]?.handshakes ?? 0) - (before[service]?.handshakes ?? 0)
        #expect(handshakes <= 1, "\(service): \(handshakes) in the watch; \(finished.everything)")
      }
      let polls =
        (after["ELASTIC_LOAD_BALANCING_V2"]?.requests ?? 0) - (before["ELASTIC_LOAD_BALANCING_V2"]?.requests ?? 0)
      #expect(polls > 15, "a watch of \(polls) polls: \(finished.everything)")
      #expect((after["AUTO_SCALING"]?.requests ?? 0) > 15)
    }
  }
}

extension Stage {
  /// A rollout of version 2 as a run leaves it that lost its watcher.
  func beginRollout() async throws {
    let repository = try #require(try await client.ecr.describeRepositories(names: ["wanzami-api"]).first).uri
    let digest = "sha256:" + String(repeating: "c", count: 64)
    let commit = String(repeating: "1f", count: 20)
    _ = try await client.ec2.createLaunchTemplateVersion(
      .name("wanzami-api"), source: 1,
      description: "wanzami/1 commit=\(commit) digest=\(digest) run=01JABCDEFGHJKMNPQRSTVWXYZ0 by=ada",
      clientToken: "next", userData: Array("#!/bin/sh\ndocker run -p 4000:4000 \(repository)@\(digest)\n".utf8))
    try await client.autoScaling.createOrUpdateTags(
      [
        .init(key: "wanzami-deploy:in-flight", value: "2 rolling-out"), .init(key: "wanzami-deploy:passed", value: "1"),
      ],
      on: "wanzami-api")
    _ = try await client.autoScaling.startInstanceRefresh(
      of: "wanzami-api", to: .launchTemplate(.init(name: "wanzami-api", version: "2")),
      preferences: .init(
        minHealthyPercentage: 100, maxHealthyPercentage: 150, instanceWarmup: 1, autoRollback: true,
        scaleInProtectedInstances: "Ignore", standbyInstances: "Ignore", bakeTime: 1))
  }
}

/// Where a service is asked.
struct Endpoint: Equatable, Sendable {
  /// `http` or `https`.
  let scheme: String
  /// The host as the `Host` field has it: lower case, with the port unless it is the scheme's own.
  let host: String
  /// `/`, or the path of a configured endpoint, ending in `/`.
  let path: String

  var url: String { "\(scheme)://\(host)\(path)" }

  /// Parses a configured endpoint; `nil` when it has user information, a query or a fragment, or no host.
  init?(url: String) {
    let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    scheme = parts[0].lowercased()
    guard scheme == "http" || scheme == "https", !parts[1].contains(where: { "?#@ ".contains($0) }) else { return nil }
    let authority = parts[1].prefix { $0 != "/" }.lowercased()
    guard !authority.isEmpty, authority.first != ":" else { return nil }
    let ownPort = scheme == "http" ? ":80" : ":443"
    host = authority.hasSuffix(ownPort) ? String(authority.dropLast(ownPort.count)) : authority
    let rest = String(parts[1].dropFirst(authority.count))
    path = rest.hasSuffix("/") ? rest : rest + "/"
  }

  /// AWS's own endpoint of a service in a region.
  init(service: AWSService, region: String, variant: EndpointVariant = EndpointVariant()) {
    let partition = Partition(region: region)
    scheme = "https"
    // ECR's API has a name of its own beside the registry, but not on its dual-stack hosts.
    let prefix = service == .ecr && !variant.usesDualStack ? "api.ecr" : service.signingName
    let mark = variant.usesFIPS && !partition.isFIPS(service, variant) ? "-fips" : ""
    let suffix = variant.usesDualStack ? partition.dualStackSuffix : partition.dnsSuffix
    host = "\(prefix)\(mark).\(region).\(suffix)"
    path = "/"
  }
}

/// Which of AWS's endpoints are asked.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
public struct EndpointVariant: Hashable, Sendable {
  /// Those whose cryptography is validated (FIPS 140).
  public var usesFIPS = false
  /// Those that IPv6 reaches too.
  public var usesDualStack = false
}

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
  init(service: AWSService, region: String) {
    scheme = "https"
    host = "\(service.hostPrefix).\(region).\(Partition(region: region).dnsSuffix)"
    path = "/"
  }
}

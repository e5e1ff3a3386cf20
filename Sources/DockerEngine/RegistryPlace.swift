/// Where the registry of a reference is, and what it calls the repository.
struct RegistryPlace: Equatable {
  var base: String
  var repository: String
  var isLoopback: Bool

  /// A reference without a registry is Docker Hub's, and one without a slash there is one of its official images.
  init(_ reference: ImageReference) {
    guard let registry = reference.registry, registry != "docker.io" else {
      base = "https://registry-1.docker.io"
      repository = reference.repository.contains("/") ? reference.repository : "library/\(reference.repository)"
      isLoopback = false
      return
    }
    isLoopback = isLoopbackHost(registry)
    base = (isLoopback ? "http://" : "https://") + registry
    repository = reference.repository
  }
}

/// Whether `host[:port]` surely is this machine: 127.0.0.0/8, ::1 or localhost.
func isLoopbackHost(_ authority: String) -> Bool {
  if authority == "[::1]" || authority.hasPrefix("[::1]:") { return true }
  let host = authority.prefix { $0 != ":" }
  if host == "localhost" { return true }
  let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
  return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
}

/// `Bearer realm="…",service="…",scope="…"` of a `WWW-Authenticate` header (RFC 6750, 3).
struct BearerChallenge: Equatable {
  var realm: String
  var service: String?
  var scope: String?

  /// `nil` for another scheme, or without a realm.
  init?(_ header: String) {
    let halves = header.split(separator: " ", maxSplits: 1)
    guard halves.count == 2, halves[0].lowercased() == "bearer" else { return nil }
    var values: [String: String] = [:]
    var rest = halves[1]
    while let equals = rest.firstIndex(of: "=") {
      let key = rest[..<equals].filter { !$0.isWhitespace && $0 != "," }.lowercased()
      rest = rest[equals...].dropFirst()
      if rest.first == "\"" {
        rest = rest.dropFirst()
        values[key] = String(rest.prefix { $0 != "\"" })
        rest = rest.drop { $0 != "\"" }.dropFirst()
      } else {
        values[key] = String(rest.prefix { $0 != "," })
        rest = rest.drop { $0 != "," }
      }
    }
    guard let realm = values["realm"] else { return nil }
    self.realm = realm
    service = values["service"]
    scope = values["scope"]
  }

  /// Whether the credentials would go over TLS, or not leave this machine.
  var isSafe: Bool {
    let authority = realm.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first.map { String($0) }
    return realm.hasPrefix("https://") || (realm.hasPrefix("http://") && authority.map(isLoopbackHost) == true)
  }

  var fields: [(String, String)] {
    [("service", service), ("scope", scope)].compactMap { name, value in value.map { (name, $0) } }
  }

  /// Where to ask for the token with GET.
  var url: String {
    let query = fields.map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&")
    return query.isEmpty ? realm : realm + (realm.contains("?") ? "&" : "?") + query
  }
}

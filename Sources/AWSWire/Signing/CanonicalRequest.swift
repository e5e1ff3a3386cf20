/// The form of a request that both ends hash.
///
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
struct CanonicalRequest {
  /// Lower-case names, sorted, joined with `;`.
  var signedHeaders: String
  var text: String

  /// The canonical form over `headers` of the request; `bodyHash` is what stands on its last line.
  init(_ request: WireRequest, headers: [HeaderField], bodyHash: String, rules: SigningRules) {
    let (path, query) = split(target: request.target)
    let canonicalHeaders = merged(headers)
    signedHeaders = canonicalHeaders.map(\.name).joined(separator: ";")
    var lines = [request.method, canonicalPath(path, rules: rules), canonicalQuery(query)]
    lines += canonicalHeaders.map { "\($0.name):\($0.value)" }
    lines += ["", signedHeaders, bodyHash]
    text = lines.joined(separator: "\n")
  }
}

private func split(target: String) -> (path: String, query: String) {
  guard let mark = target.firstIndex(of: "?") else { return (target, "") }
  return (String(target[..<mark]), String(target[target.index(after: mark)...]))
}

private func canonicalPath(_ path: String, rules: SigningRules) -> String {
  let plain = path.isEmpty ? "/" : path
  let normal = rules.normalizesPath ? removingDotSegments(plain) : plain
  return rules.encodesPathAgain ? percentEncoded(normal, keeping: "/") : normal
}

/// RFC 3986, 5.2.4, and doubled slashes become one.
private func removingDotSegments(_ path: String) -> String {
  var kept: [Substring] = []
  for segment in path.split(separator: "/", omittingEmptySubsequences: true) {
    switch segment {
    case ".": continue
    case "..": _ = kept.popLast()
    default: kept.append(segment)
    }
  }
  guard !kept.isEmpty else { return "/" }
  let isFolder = path.hasSuffix("/") || path.hasSuffix("/.") || path.hasSuffix("/..")
  return "/" + kept.joined(separator: "/") + (isFolder ? "/" : "")
}

/// Decodes each name and value, encodes them again in the one canonical way, and sorts by name, then value.
private func canonicalQuery(_ query: String) -> String {
  let pairs = query.split(separator: "&", omittingEmptySubsequences: true).map { pair -> (String, String) in
    let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let value = parts.count > 1 ? percentEncoded(bytes: percentDecoded(parts[1])) : ""
    return (percentEncoded(bytes: percentDecoded(parts[0])), value)
  }
  let sorted = pairs.sorted { left, right in
    left.0 == right.0 ? isBefore(left.1, right.1) : isBefore(left.0, right.0)
  }
  return sorted.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
}

private func isBefore(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}

/// One line a name: values trimmed, inner runs of space collapsed, duplicates joined with `,` in their order.
private func merged(_ headers: [HeaderField]) -> [HeaderField] {
  var values: [String: [String]] = [:]
  for header in headers { values[header.name.lowercased(), default: []].append(collapsingSpace(header.value)) }
  return values.keys.sorted(by: isBefore).map { HeaderField($0, values[$0, default: []].joined(separator: ",")) }
}

private func collapsingSpace(_ value: String) -> String {
  // Few values have any; beyond ASCII there are line ends too.
  guard value.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x80 }) else { return value }
  return value.split { $0 == " " || $0 == "\t" || $0.isNewline }.joined(separator: " ")
}

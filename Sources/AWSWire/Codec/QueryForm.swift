/// The form body of the query protocols: ordered pairs of names and values.
///
/// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html; what differs between awsQuery and ec2Query is only how
/// the callers name their lists.
public struct QueryForm: Equatable, Sendable {
  public struct Pair: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public static let contentType = "application/x-www-form-urlencoded; charset=utf-8"

  public private(set) var pairs: [Pair]

  /// A form that begins with `Action` and `Version`.
  public init(action: String, version: String) {
    pairs = [Pair("Action", action), Pair("Version", version)]
  }

  /// Reads a form body, as a server does: `+` is a space. Bytes that are not UTF-8 become U+FFFD.
  public init(decoding body: [UInt8]) {
    let text = String(decoding: body, as: UTF8.self)
    pairs = text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return Pair(decodeFormText(parts[0]), parts.count > 1 ? decodeFormText(parts[1]) : "")
    }
  }

  /// The value of the first pair of that name.
  public subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

  /// Adds a pair, or nothing for `nil`.
  public mutating func add(_ name: String, _ value: String?) {
    if let value { pairs.append(Pair(name, value)) }
  }

  public mutating func add(_ name: String, _ value: Int?) { add(name, value.map { String($0) }) }

  public mutating func add(_ name: String, _ value: Bool?) { add(name, value.map { $0 ? "true" : "false" }) }

  public mutating func add(_ name: String, _ value: Timestamp?) { add(name, value?.iso8601) }

  /// Adds `name.1`, `name.2`, …: for awsQuery `name` ends in `.member`, for ec2Query it does not.
  public mutating func add(list name: String, _ values: [String]) {
    for (index, value) in values.enumerated() { add("\(name).\(index + 1)", value) }
  }

  /// The body's bytes: percent-encoded after RFC 3986, but a space is `+`, as the media type has it and the AWS CLI
  /// sends it (https://url.spec.whatwg.org/#urlencoded-serializing).
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for pair in pairs {
      if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
      append(pair.name, to: &bytes)
      bytes.append(UInt8(ascii: "="))
      append(pair.value, to: &bytes)
    }
    return bytes
  }

  private func append(_ text: String, to bytes: inout [UInt8]) {
    for byte in text.utf8 {
      if byte == UInt8(ascii: " ") {
        bytes.append(UInt8(ascii: "+"))
      } else {
        appendPercentEncoded(byte, to: &bytes)
      }
    }
  }
}

private func decodeFormText(_ text: Substring) -> String {
  let spaced = String(text.map { $0 == "+" ? " " : $0 })
  return String(decoding: percentDecoded(spaced), as: UTF8.self)
}

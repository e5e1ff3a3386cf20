/// The script that an instance runs at its first boot, and how a release puts its image into it.
///
/// Pure byte work: a script need not be valid UTF-8, and no byte changes but those of image references.
public enum UserData {
  /// EC2 takes at most 16 KB of user data before its base64.
  /// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
  public static let bytesMax = 16_384

  /// What ``render(_:repository:to:)`` replaces in a script of `fleet.userData`.
  public static let placeholder = "{{image}}"

  /// The script with every `<repository>[:tag][@sha256:…]` replaced by `<repository>@<digest>`.
  ///
  /// `repository` is the whole URI, such as `111122223333.dkr.ecr.eu-north-1.amazonaws.com/wanzami-api`. Repinning
  /// twice changes nothing. Throws when the script names no image of the repository, when the shell writes a tag or a
  /// digest, when the script is gzip or MIME parts, or when the result is over ``bytesMax``.
  public static func repin(
    _ script: [UInt8], repository: String, to digest: Digest
  ) throws(UserDataRefusal) -> [UInt8] {
    if script.starts(with: [0x1f, 0x8b]) { throw .compressed }
    if isMIME(script) { throw .multipart }
    let references = ImageReference.all(in: script, repository: repository)
    guard !references.isEmpty else { throw .notFound(repository: repository) }
    if let variable = references.first(where: \.isVariable) {
      throw .variable(repository: repository, line: line(of: variable.range.lowerBound, in: script))
    }
    if let reference = references.first(where: { ShellVariable.extends($0, in: script) }) {
      throw .variable(repository: repository, line: line(of: reference.range.lowerBound, in: script))
    }
    var result: [UInt8] = []
    var position = 0
    for reference in references {
      result += script[position..<reference.range.lowerBound]
      result += "\(repository)@\(digest)".utf8
      position = reference.range.upperBound
    }
    result += script[position...]
    guard result.count <= bytesMax else { throw .tooLarge(bytes: result.count) }
    return result
  }

  /// A script of `fleet.userData` with its image: every `{{image}}` becomes `<repository>@<digest>`, and every
  /// reference to the repository that the script names itself is repinned.
  ///
  /// Other braces stay as they are, for `docker inspect --format '{{.Id}}'` is no business of ours. Throws as
  /// ``repin(_:repository:to:)`` does, when neither is found too.
  public static func render(
    _ script: [UInt8], repository: String, to digest: Digest
  ) throws(UserDataRefusal) -> [UInt8] {
    let placeholder = Array(placeholder.utf8)
    var filled: [UInt8] = []
    var position = 0
    while position < script.count {
      if script[position...].starts(with: placeholder) {
        filled += "\(repository)@\(digest)".utf8
        position += placeholder.count
      } else {
        filled.append(script[position])
        position += 1
      }
    }
    return try repin(filled, repository: repository, to: digest)
  }

  /// How a script names an image of a repository.
  public enum ImageName: Equatable, Sendable {
    case digest(Digest)
    /// `latest` where nothing is written.
    case tag(String)
    /// The shell writes the tag, the digest, or a part of them.
    case variable
  }

  /// Each image of `repository` that the script names, in order. Gzip and MIME parts are not looked into: what they name
  /// is a variable.
  public static func images(in script: [UInt8], repository: String) -> [ImageName] {
    if script.starts(with: [0x1f, 0x8b]) || isMIME(script) { return [.variable] }
    return ImageReference.all(in: script, repository: repository).map { reference in
      if reference.isVariable || ShellVariable.extends(reference, in: script) { return .variable }
      return reference.digest.map { .digest($0) } ?? .tag(reference.tag ?? "latest")
    }
  }

  /// The digest that the script runs: `nil` unless every reference to the repository is pinned, and to the same one.
  public static func pinnedDigest(in script: [UInt8], repository: String) -> Digest? {
    let references = ImageReference.all(in: script, repository: repository)
    guard let digest = references.first?.digest, references.allSatisfy({ $0.digest == digest && !$0.isVariable })
    else { return nil }
    return digest
  }

  /// The names of the repositories of one registry that a script refers to, each once, in order.
  ///
  /// `registry` is a host with its port where it has one. Serves a pipeline without `image.repository`.
  public static func repositories(in script: [UInt8], registry: String) -> [String] {
    let start = Array("\(registry)/".utf8)
    var names: [String] = []
    var position = 0
    while position < script.count {
      guard script[position...].starts(with: start) else {
        position += 1
        continue
      }
      let rest = script[(position + start.count)...].prefix { isRepositoryByte($0) }
      let name = String(
        String(decoding: rest, as: UTF8.self).reversed().drop { !$0.isLetter && !$0.isNumber }.reversed())
      if !name.isEmpty, !names.contains(name) { names.append(name) }
      position += start.count
    }
    return names
  }

  /// cloud-init reads parts when the text begins with a header of a message (RFC 2045, section 3).
  private static func isMIME(_ script: [UInt8]) -> Bool {
    let start = script.prefix(512).drop { $0 <= 0x20 }
    let text = String(decoding: start, as: UTF8.self).lowercased()
    return ["content-type:", "mime-version:", "from nobody"].contains { text.hasPrefix($0) }
  }

  private static func line(of position: Int, in script: [UInt8]) -> Int {
    script[..<position].count { $0 == UInt8(ascii: "\n") } + 1
  }

  /// What ECR allows in a name: lower-case letters, digits and `._-/`.
  private static func isRepositoryByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: Array("._-/".utf8).contains(byte)
    }
  }
}

/// Why a script cannot be repinned, as a sentence that says what to do.
public enum UserDataRefusal: Error, Equatable, CustomStringConvertible {
  case notFound(repository: String)
  /// The line is counted from 1.
  case variable(repository: String, line: Int)
  case compressed
  case multipart
  case tooLarge(bytes: Int)

  private static let wayOut = "set fleet.userData to a script in the commit's tree that runs \(UserData.placeholder)"

  public var description: String {
    let wayOut = UserDataRefusal.wayOut
    return switch self {
    case .notFound(let repository):
      "the user data names no image of \(repository), so there is nothing to repin; name it there, or \(wayOut)"
    case .variable(let repository, let line):
      "line \(line) of the user data leaves the tag of \(repository) to a variable, so a release cannot pin it; "
        + "write the tag out, or \(wayOut)"
    case .compressed:
      "the user data is gzip, which is not repinned; \(wayOut)"
    case .multipart:
      "the user data is made of MIME parts, which are not repinned; \(wayOut)"
    case .tooLarge(let bytes):
      "the user data with its image is \(bytes) bytes, and EC2 takes at most \(UserData.bytesMax); shorten it, or "
        + "\(wayOut) and fetches the rest"
    }
  }
}

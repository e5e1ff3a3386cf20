/// One place in a script that names an image of a given repository: `<repository>[:tag][@sha256:…]`.
struct ImageReference: Equatable {
  /// From the first byte of the repository to the last one of tag and digest.
  var range: Range<Int>
  /// As it is written, without the colon; `nil`: none, or the shell writes it.
  var tag: String?
  var digest: Digest?
  /// Whether tag or digest is written by the shell: `:$TAG`, `@${DIGEST}`, `$SUFFIX`.
  var isVariable: Bool

  /// Every reference to `repository` in `script`, in order.
  ///
  /// The name must be whole: `wanzami-api-worker`, `wanzami-api/worker` and `x/wanzami-api` are other repositories.
  static func all(in script: [UInt8], repository: String) -> [ImageReference] {
    let name = Array(repository.utf8)
    guard !name.isEmpty, script.count >= name.count else { return [] }
    var found: [ImageReference] = []
    var position = 0
    while position + name.count <= script.count {
      let end = position + name.count
      if script[position] == name[0], script[position..<end].elementsEqual(name), startsWord(script, at: position),
        let reference = read(script, from: position, nameEnd: end)
      {
        found.append(reference)
        position = reference.range.upperBound
      } else {
        position += 1
      }
    }
    return found
  }

  /// A reference may follow anything but a part of a longer name; `docker://<repository>` is one, `mirror/<repository>`
  /// is not.
  private static func startsWord(_ script: [UInt8], at position: Int) -> Bool {
    guard position > 0 else { return true }
    let before = script[position - 1]
    if before == UInt8(ascii: "/") { return position > 1 && script[position - 2] == before }
    return !isNameByte(before)
  }

  private static func read(_ script: [UInt8], from start: Int, nameEnd: Int) -> ImageReference? {
    var cursor = Cursor(script: script, position: nameEnd)
    var reference = ImageReference(range: start..<nameEnd, digest: nil, isVariable: false)
    if cursor.isAtVariable {
      reference.isVariable = true
      return reference
    }
    if cursor.next == UInt8(ascii: ":"), !cursor.skipping(1).isAtSpace {
      cursor.position += 1
      let start = cursor.position
      guard cursor.takeTag() else {
        reference.isVariable = true
        return reference
      }
      reference.tag = String(decoding: script[start..<cursor.position], as: UTF8.self)
    }
    if cursor.next == UInt8(ascii: "@") {
      let (digest, isVariable) = cursor.takeDigest()
      reference.digest = digest
      reference.isVariable = isVariable
    }
    guard reference.isVariable || cursor.isAtVariable || cursor.isAtWordBoundary else { return nil }
    reference.isVariable = reference.isVariable || cursor.isAtVariable
    reference.range = start..<cursor.position
    return reference
  }
}

/// A position behind the name of a repository.
///
/// The grammar of tags and digests: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
private struct Cursor {
  let script: [UInt8]
  var position: Int

  private static let tagBytesMax = 128
  private static let digestPrefix = Array("@sha256:".utf8)
  private static let digestBytes = 64

  var next: UInt8? { position < script.count ? script[position] : nil }

  func skipping(_ count: Int) -> Cursor { Cursor(script: script, position: position + count) }

  /// `$NAME`, `${NAME}`, `$(command)`, a backtick, or a template's brace.
  var isAtVariable: Bool { next.map { Array("$`{".utf8).contains($0) } ?? false }

  var isAtSpace: Bool { next.map { Array(" \t\r\n".utf8).contains($0) } ?? true }

  /// A full stop belongs to the name only when more of the name follows.
  var isAtWordBoundary: Bool {
    guard let next else { return true }
    if next == UInt8(ascii: ".") {
      let after = skipping(1)
      return !(after.isAtVariable || after.next.map(isNameByte) ?? false)
    }
    return !isNameByte(next) && next != UInt8(ascii: "@") && next != UInt8(ascii: "/")
  }

  /// Moves behind a tag; `false`, without a move, when none can be read: the shell writes it.
  mutating func takeTag() -> Bool {
    guard let first = next, isNameByte(first), first != UInt8(ascii: "-"), first != UInt8(ascii: ".") else {
      return false
    }
    let limit = position + Cursor.tagBytesMax
    while position < limit, let byte = next, isNameByte(byte) {
      if byte == UInt8(ascii: "."), isAtWordBoundary { break }
      position += 1
    }
    return true
  }

  /// Moves behind a whole digest; stays where it is when there is none.
  mutating func takeDigest() -> (Digest?, isVariable: Bool) {
    if skipping(1).isAtVariable { return (nil, true) }
    let hexStart = position + Cursor.digestPrefix.count
    guard script[position...].starts(with: Cursor.digestPrefix) else { return (nil, false) }
    if skipping(Cursor.digestPrefix.count).isAtVariable { return (nil, true) }
    let hexEnd = hexStart + Cursor.digestBytes
    guard hexEnd <= script.count,
      let digest = Digest(String(decoding: script[(position + 1)..<hexEnd], as: UTF8.self))
    else { return (nil, false) }
    position = hexEnd
    return (digest, false)
  }
}

/// Letters, digits, `.`, `_` and `-`: what names and tags are made of.
private func isNameByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
    true
  default: false
  }
}

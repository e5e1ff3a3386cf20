/// A shell variable that holds a repository and gets its tag where it is used:
///
///     IMAGE=111122223333.dkr.ecr.eu-north-1.amazonaws.com/wanzami-api
///     docker run "$IMAGE:$TAG"
///
/// Repinning the assignment alone would leave a reference that no Engine accepts.
enum ShellVariable {
  /// Whether `reference` is assigned to a name that is used with a `:` or an `@` behind it.
  static func extends(_ reference: ImageReference, in script: [UInt8]) -> Bool {
    guard let name = assigned(reference, in: script) else { return false }
    let uses = ["$\(name):", "${\(name)}:", "$\(name)@", "${\(name)}@"].map { Array($0.utf8) }
    return script.indices.contains { position in uses.contains { script[position...].starts(with: $0) } }
  }

  /// `IMAGE` of `IMAGE=…`, `IMAGE="…` and `IMAGE='…`.
  private static func assigned(_ reference: ImageReference, in script: [UInt8]) -> String? {
    var before = script[..<reference.range.lowerBound]
    if let last = before.last, last == UInt8(ascii: "\"") || last == UInt8(ascii: "'") { before.removeLast() }
    guard before.popLast() == UInt8(ascii: "=") else { return nil }
    let name = String(decoding: before.reversed().prefix(while: isNameByte).reversed(), as: UTF8.self)
    return name.isEmpty ? nil : name
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

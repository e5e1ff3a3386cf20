/// Hides what looks like a secret in lines that are shown to people: user data and template members may hold them.
///
/// Hidden, as `***`, are: the value of a name that speaks of a secret (`DB_PASSWORD=…`, `token: …`, `--api-key …`),
/// but not a reference to a shell variable or command; user and password of a URL; tokens by their well-known
/// beginnings; long words of mixed letters and digits, and of 32 or more hexadecimal digits, but no digest and no
/// commit of an image; all of a private key. A secret in disguise gets through: this is a help, not a proof.
public struct SecretMask: Sendable {
  public static let mask = "***"

  /// How many values were hidden so far.
  public private(set) var hidden = 0
  private var isInPrivateKey = false

  public init() {}

  /// The lines of one text in their order.
  public mutating func lines(_ lines: [String]) -> [String] { lines.map { line($0) } }

  /// The next line of a text.
  public mutating func line(_ line: String) -> String {
    if line.contains("-----BEGIN") && line.contains("PRIVATE KEY") {
      isInPrivateKey = true
      return line
    }
    if isInPrivateKey {
      if line.contains("-----END") {
        isInPrivateKey = false
        return line
      }
      return hide("")
    }
    return words(named(withoutUserInformation(line)))
  }

  /// One value, by the name that it stands under.
  public mutating func value(_ text: String, of path: String) -> String {
    SecretName.speaksOfSecret(path) ? hide("") : line(text)
  }

  private mutating func hide(_ before: String) -> String {
    hidden += 1
    return before + SecretMask.mask
  }

  /// `scheme://user:password@host` without what stands before the `@`.
  private mutating func withoutUserInformation(_ line: String) -> String {
    var result = ""
    var rest = line[...]
    while let mark = rest.firstRange(of: "://") {
      result += rest[..<mark.upperBound]
      rest = rest[mark.upperBound...]
      let authority = rest.prefix { !$0.isWhitespace && $0 != "/" && $0 != "\"" && $0 != "'" }
      if let at = authority.lastIndex(of: "@"), !authority[..<at].hasPrefix("$") {
        result += hide("")
        rest = rest[at...]
      }
    }
    return result + rest
  }

  /// Values behind names that speak of a secret.
  private mutating func named(_ line: String) -> String {
    let characters = Array(line)
    var result: [Character] = []
    var position = 0
    while position < characters.count {
      guard isNameCharacter(characters[position]) else {
        result.append(characters[position])
        position += 1
        continue
      }
      let end = characters[position...].firstIndex { !isNameCharacter($0) } ?? characters.count
      let name = String(characters[position..<end])
      result += characters[position..<end]
      position = end
      guard SecretName.speaksOfSecret(name), let value = SecretValue(after: name, at: end, in: characters) else {
        continue
      }
      result += characters[end..<value.range.lowerBound]
      position = value.range.lowerBound
      if value.isWorthHiding {
        result += hide("")
        position = value.range.upperBound
      }
    }
    return String(result)
  }

  /// Words that look like a key, whatever stands before them.
  private mutating func words(_ line: String) -> String {
    var result = ""
    var word = ""
    for character in line + "\n" {
      if isTokenCharacter(character) {
        word.append(character)
        continue
      }
      // A digest, or a commit as an image's tag.
      let isReference = result.hasSuffix("sha256:") || (result.hasSuffix(":") && word.count == 40)
      result += !isReference && SecretWord.looksLikeKey(word) ? hide("") : word
      word = ""
      result.append(character)
    }
    return String(result.dropLast())
  }
}

private func isNameCharacter(_ character: Character) -> Bool {
  character.isASCII && (character.isLetter || character.isNumber || "_-.".contains(character))
}

private func isTokenCharacter(_ character: Character) -> Bool {
  character.isASCII && (character.isLetter || character.isNumber || "+/=_-".contains(character))
}

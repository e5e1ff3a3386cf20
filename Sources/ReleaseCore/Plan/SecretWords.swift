/// Names whose values are not for showing.
enum SecretName {
  private static let telling: Set<String> = [
    "password", "passwd", "passphrase", "pass", "pwd", "secret", "secrets", "token", "tokens", "apikey", "credential",
    "credentials", "auth", "authorization", "private", "dsn", "salt", "cookie", "license", "licence",
  ]

  /// By the words that a name is made of: `DB_PASSWORD`, `apiToken`, `x-auth`; a `key` only as the last of several.
  static func speaksOfSecret(_ name: String) -> Bool {
    let words = words(of: name)
    guard words.last != "stdin", words.last != "file" else { return false }
    return words.contains { telling.contains($0) } || words.count > 1 && words.last == "key"
  }

  private static func words(of name: String) -> [String] {
    var words: [String] = []
    var word = ""
    var wasLower = false
    for character in name {
      let isBreak = !character.isLetter && !character.isNumber
      if isBreak || wasLower && character.isUppercase {
        if !word.isEmpty { words.append(word.lowercased()) }
        word = ""
      }
      if !isBreak { word.append(character) }
      wasLower = character.isLowercase || character.isNumber
    }
    return word.isEmpty ? words : words + [word.lowercased()]
  }
}

/// The value that stands behind a name.
struct SecretValue {
  var range: Range<Int>
  /// A reference to a variable, the output of a command, an empty value or a switch reveals nothing.
  var isWorthHiding: Bool

  /// `nil`: no value follows. `NAME=value`, `name: value`, `"name": "value"` and `--name value` are values; a colon
  /// without a space behind it is a part of something else.
  init?(after name: String, at end: Int, in line: [Character]) {
    var position = end
    var isWord = true
    if position < line.count, "\"'".contains(line[position]) { position += 1 }
    if position < line.count, line[position] == "=" {
      position += 1
    } else if position < line.count, line[position] == ":" {
      guard position + 1 < line.count, line[position + 1] == " " || position > end else { return nil }
      position += 1
      isWord = false
    } else if name.hasPrefix("--"), position < line.count, line[position] == " ", position == end {
      guard position + 1 < line.count, line[position + 1] != "-" else { return nil }
    } else {
      return nil
    }
    while position < line.count, line[position] == " " { position += 1 }
    let quote = position < line.count && "\"'".contains(line[position]) ? line[position] : nil
    if quote != nil { position += 1 }
    let stop = line[position...].firstIndex { character in
      if let quote { return character == quote }
      return isWord ? character.isWhitespace || "\"';".contains(character) : "\"'".contains(character)
    }
    range = position..<(stop ?? line.count)
    isWorthHiding = !range.isEmpty && line[position] != "$" && line[position] != "`"
  }
}

/// Words that are keys by their looks.
enum SecretWord {
  private static let beginnings = [
    "AKIA", "ASIA", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk_live_", "rk_live_", "eyJ",
    "AIza", "npm_",
  ]

  static func looksLikeKey(_ word: String) -> Bool {
    let word = word.drop { "-=/+_".contains($0) }
    if word.count >= 16, beginnings.contains(where: { word.hasPrefix($0) }) { return true }
    if word.count >= 32, word.utf8.allSatisfy(isLowercaseHex) { return true }
    guard word.count >= 20, !word.contains("//"), word.split(separator: "/").allSatisfy({ $0.count >= 8 }) else {
      return false
    }
    return word.contains { $0.isUppercase } && word.contains { $0.isLowercase } && word.count { $0.isNumber } >= 2
      && turns(in: word) * 4 >= word.count
  }

  /// How often the kind of character changes: names change it at their words, keys nearly everywhere.
  private static func turns(in word: Substring) -> Int {
    let kinds = word.map { $0.isNumber ? 0 : $0.isUppercase ? 1 : $0.isLowercase ? 2 : 3 }
    return zip(kinds, kinds.dropFirst()).count { $0 != $1 }
  }
}

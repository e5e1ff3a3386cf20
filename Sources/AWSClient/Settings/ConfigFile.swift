/// An AWS config or credentials file: sections of settings, in which a setting may hold settings of its own.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html. Lines that are none of these are skipped, as
/// the AWS CLI does with most of them.
struct ConfigFile: Equatable {
  /// By section name as written between the brackets; a nested setting is `ecr.endpoint_url`.
  var sections: [String: [String: String]] = [:]

  init(_ text: String = "") {
    var section: String?
    var parent: String?
    for rawLine in text.split(whereSeparator: \.isNewline) {
      let line = withoutComment(rawLine)
      guard let first = line.first else { continue }
      if first == "[" {
        section = line.firstIndex(of: "]").map { normalName(line[line.index(after: line.startIndex)..<$0]) }
        parent = nil
        if let section, sections[section] == nil { sections[section] = [:] }
      } else if let section, let (key, value) = setting(line) {
        let isNested = first == " " || first == "\t"
        if isNested, let parent {
          sections[section]?["\(parent).\(key)"] = value
        } else {
          sections[section]?[key] = value
          parent = value.isEmpty ? key : nil
        }
      }
    }
  }
}

/// A line whose first character is `#` or `;` is a comment, and so is what follows one after white space.
private func withoutComment(_ line: Substring) -> Substring {
  let start = line.drop { $0 == " " || $0 == "\t" }
  guard let first = start.first, first != "#", first != ";" else { return "" }
  var previous: Character = "x"
  for index in line.indices {
    let character = line[index]
    if character == "#" || character == ";", previous == " " || previous == "\t" { return line[..<index] }
    previous = character
  }
  return line
}

private func setting(_ line: Substring) -> (key: String, value: String)? {
  guard let equals = line.firstIndex(of: "=") else { return nil }
  let key = trimmed(line[..<equals])
  return key.isEmpty ? nil : (key.lowercased(), trimmed(line[line.index(after: equals)...]))
}

/// `profile  x` and `profile x` are the same section.
private func normalName(_ name: Substring) -> String {
  name.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
}

private func trimmed(_ text: Substring) -> String {
  let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
  var rest = text.drop(while: isSpace)
  while let last = rest.last, isSpace(last) { rest.removeLast() }
  return String(rest)
}

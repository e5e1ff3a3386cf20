/// The simple commands of a shell script, in order, as words after quoting and the expansion of plain variables.
///
/// This is no shell: both branches of an `if` are read, a variable that the script does not set is empty, and what a
/// command substitution prints is unknown (the commands in it are listed). The bodies of here-documents are read as
/// scripts too, for a unit file written at boot may hold the command that matters.
/// Grammar: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html
struct ShellScript {
  private(set) var commands: [[String]] = []
  private var variables: [String: String] = [:]
  private var heredocs: [Heredoc] = []
  private let bytes: [UInt8]
  private var position = 0

  private struct Heredoc {
    var delimiter: [UInt8]
    var stripsTabs: Bool
  }

  init(_ bytes: [UInt8]) {
    self.init(bytes, variables: [:])
  }

  private init(_ bytes: [UInt8], variables: [String: String]) {
    self.bytes = bytes
    self.variables = variables
    read(until: nil)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func read(until closing: UInt8?) {
    var words: [String] = []
    while let byte = next {
      switch Character(UnicodeScalar(byte)) {
      case " ", "\t", "\r":
        position += 1
      case "\n":
        position += 1
        finish(&words)
        readHeredocs()
      case "#":
        while let byte = next, byte != UInt8(ascii: "\n") { position += 1 }
      case "<", ">":
        readRedirection(&words)
      case ";", "&", "|", "(", ")":
        position += 1
        finish(&words)
        if byte == closing { return }
      default:
        words += readWord()
      }
    }
    finish(&words)
  }

  /// Ends a simple command; one that only assigns sets variables instead.
  private mutating func finish(_ words: inout [String]) {
    defer { words = [] }
    guard !words.isEmpty else { return }
    let declares = ["export", "readonly", "local", "declare"].contains(words[0])
    let assignments = words.dropFirst(declares ? 1 : 0).map(ShellScript.assignment)
    if !assignments.isEmpty, assignments.allSatisfy({ $0 != nil }) {
      for case (let name, let value)? in assignments { variables[name] = value }
    } else {
      commands.append(words)
    }
  }

  /// `NAME=value`, parted; `nil` for any other word.
  static func assignment(_ word: String) -> (name: String, value: String)? {
    guard let equals = word.firstIndex(of: "="), equals != word.startIndex else { return nil }
    let name = word[..<equals]
    guard name.utf8.allSatisfy(isNameByte), name.first?.isNumber == false else { return nil }
    return (String(name), String(word[word.index(after: equals)...]))
  }

  private mutating func readRedirection(_ words: inout [String]) {
    if position > 0, let last = words.last, bytes[position - 1] == last.utf8.last, last.allSatisfy(\.isNumber) {
      words.removeLast()  // the descriptor of `2>`
    }
    let start = position
    while let byte = next, [UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&")].contains(byte) { position += 1 }
    let isHeredoc = Array(bytes[start..<position]) == Array("<<".utf8)
    let stripsTabs = isHeredoc && next == UInt8(ascii: "-")
    if stripsTabs { position += 1 }
    while let byte = next, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
    let target = readWord().joined(separator: " ")
    if isHeredoc { heredocs.append(Heredoc(delimiter: Array(target.utf8), stripsTabs: stripsTabs)) }
  }

  private mutating func readHeredocs() {
    for heredoc in heredocs {
      var body: [UInt8] = []
      while position < bytes.count {
        var line = bytes[position...].prefix { $0 != UInt8(ascii: "\n") }
        position = min(line.endIndex + 1, bytes.count)
        if heredoc.stripsTabs { line = line.drop { $0 == UInt8(ascii: "\t") } }
        if line.elementsEqual(heredoc.delimiter) { break }
        body += line
        body.append(UInt8(ascii: "\n"))
      }
      commands += ShellScript(body, variables: variables).commands
    }
    heredocs = []
  }

  // MARK: Words

  private struct Fields {
    var finished: [String] = []
    var current: [UInt8]?

    mutating func append(_ byte: UInt8) { current = (current ?? []) + [byte] }

    mutating func open() { current = current ?? [] }

    mutating func flush() {
      if let bytes = current { finished.append(String(decoding: bytes, as: UTF8.self)) }
      current = nil
    }
  }

  private mutating func readWord() -> [String] {
    var fields = Fields()
    let start = position
    while let byte = next {
      switch Character(UnicodeScalar(byte)) {
      case " ", "\t", "\r", "\n", ";", "&", "|", "(", ")", "<", ">":
        if position == start { position += 1 }  // never stand still
        fields.flush()
        return fields.finished
      case "\\":
        position += 1
        if let escaped = next {
          position += 1
          if escaped != UInt8(ascii: "\n") { fields.append(escaped) }
        }
      case "'":
        position += 1
        fields.open()
        while let byte = take(), byte != UInt8(ascii: "'") { fields.append(byte) }
      case "\"":
        readDoubleQuoted(&fields)
      case "$", "`":
        for byte in readExpansion().utf8 {
          if [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n")].contains(byte) {
            fields.flush()
          } else {
            fields.append(byte)
          }
        }
      default:
        position += 1
        fields.append(byte)
      }
    }
    fields.flush()
    return fields.finished
  }

  private mutating func take() -> UInt8? {
    guard let byte = next else { return nil }
    position += 1
    return byte
  }

  private mutating func readDoubleQuoted(_ fields: inout Fields) {
    position += 1
    fields.open()
    while let byte = next {
      switch Character(UnicodeScalar(byte)) {
      case "\"":
        position += 1
        return
      case "\\":
        position += 1
        guard let escaped = take() else { return }
        if escaped == UInt8(ascii: "\n") { continue }
        if !Array("$`\"\\".utf8).contains(escaped) { fields.append(byte) }
        fields.append(escaped)
      case "$", "`":
        for byte in readExpansion().utf8 { fields.append(byte) }
      default:
        position += 1
        fields.append(byte)
      }
    }
  }

  /// Reads `$NAME`, `${NAME}`, `${NAME:-other}`, `$(commands)` or commands in backquotes, and gives the value.
  private mutating func readExpansion() -> String {
    let sign = take()
    if sign == UInt8(ascii: "`") {
      let inner = bytes[position...].prefix { $0 != UInt8(ascii: "`") }
      position = min(inner.endIndex + 1, bytes.count)
      commands += ShellScript(Array(inner), variables: variables).commands
      return ""
    }
    switch next {
    case UInt8(ascii: "("):
      position += 1
      read(until: UInt8(ascii: ")"))
      return ""
    case UInt8(ascii: "{"):
      position += 1
      let inner = bytes[position...].prefix { $0 != UInt8(ascii: "}") }
      position = min(inner.endIndex + 1, bytes.count)
      let name = inner.prefix(while: isNameByte)
      let value = variables[String(decoding: name, as: UTF8.self)]
      let rest = inner.dropFirst(name.count)
      guard value?.isEmpty ?? true, rest.starts(with: ":-".utf8) else { return value ?? "" }
      return String(decoding: rest.dropFirst(2), as: UTF8.self)
    case let byte? where isNameByte(byte):
      let name = bytes[position...].prefix(while: isNameByte)
      position = name.endIndex
      return variables[String(decoding: name, as: UTF8.self)] ?? ""
    case let byte? where Array("?$#@*!".utf8).contains(byte):
      position += 1
      return ""
    default:
      return "$"
    }
  }
}

private func isNameByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
    true
  default: false
  }
}

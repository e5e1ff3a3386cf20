/// The simple commands of a shell script, in order, as words after quoting and the expansion of plain variables.
///
/// This is no shell: both branches of an `if` are read, a variable that the script does not set is empty, and what a
/// command substitution prints is unknown (the commands in it are listed). The bodies of here-documents are read as
/// scripts too, for a unit file written at boot may hold the command that matters.
/// Grammar: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html
struct ShellScript {
  var commands: [[String]] = []
  var variables: [String: String] = [:]
  private var heredocs: [Heredoc] = []
  let bytes: [UInt8]
  var position = 0

  private struct Heredoc {
    var delimiter: [UInt8]
    var stripsTabs: Bool
  }

  init(_ bytes: [UInt8]) {
    self.init(bytes, variables: [:])
  }

  init(_ bytes: [UInt8], variables: [String: String]) {
    self.bytes = bytes
    self.variables = variables
    read(until: nil)
  }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func read(until closing: UInt8?) {
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
    guard name.utf8.allSatisfy(isVariableByte), name.first?.isNumber == false else { return nil }
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
}

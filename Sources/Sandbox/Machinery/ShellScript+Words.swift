extension ShellScript {
  fileprivate struct Fields {
    var finished: [String] = []
    private var current: [UInt8] = []
    /// Whether a word has begun; an empty pair of quotes begins one.
    private var isOpen = false

    mutating func append(_ byte: UInt8) {
      isOpen = true
      current.append(byte)
    }

    mutating func open() { isOpen = true }

    mutating func flush() {
      if isOpen { finished.append(String(decoding: current, as: UTF8.self)) }
      current = []
      isOpen = false
    }
  }

  mutating func readWord() -> [String] {
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
      let name = inner.prefix(while: isVariableByte)
      let value = variables[String(decoding: name, as: UTF8.self)]
      let rest = inner.dropFirst(name.count)
      guard value?.isEmpty ?? true, rest.starts(with: ":-".utf8) else { return value ?? "" }
      return String(decoding: rest.dropFirst(2), as: UTF8.self)
    case let byte? where isVariableByte(byte):
      let name = bytes[position...].prefix(while: isVariableByte)
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

func isVariableByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
    true
  default: false
  }
}

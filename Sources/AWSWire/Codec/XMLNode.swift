/// One element of an XML document as AWS's query protocols use them: a name, and either text or children.
///
/// Attributes and name spaces carry nothing there and are dropped; white space between elements is dropped too.
public struct XMLNode: Hashable, Sendable {
  public var name: String
  /// Empty for an element with children.
  public var text: String
  public var children: [XMLNode]

  public init(_ name: String, text: String = "", children: [XMLNode] = []) {
    self.name = name
    self.text = text
    self.children = children
  }

  /// The first child of that name.
  public subscript(name: String) -> XMLNode? { children.first { $0.name == name } }

  /// Follows the first child of each name.
  public func at(_ path: String...) -> XMLNode? {
    path.reduce(Optional(self)) { node, name in node?[name] }
  }

  /// The text of the first child of that name; an empty element is the empty text.
  public func string(_ name: String) -> String? { self[name]?.text }

  public func int(_ name: String) -> Int? { string(name).flatMap { Int($0) } }

  public func bool(_ name: String) -> Bool? {
    switch string(name) {
    case "true": true
    case "false": false
    default: nil
    }
  }

  public func timestamp(_ name: String) -> Timestamp? { string(name).flatMap { Timestamp(iso8601: $0) } }

  /// The elements of a list: the `member` or `item` children of the child of that name; none when it is absent.
  public func list(_ name: String) -> [XMLNode] {
    (self[name]?.children ?? []).filter { $0.name == "member" || $0.name == "item" }
  }

  /// The document without declaration, indentation or line ends.
  public var serialized: String {
    let inner = children.isEmpty ? escaped(text) : children.map(\.serialized).joined()
    return "<\(name)>\(inner)</\(name)>"
  }
}

private func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    // A parser makes a line feed of a carriage return that is not written as a reference (XML 1.0, 2.11).
    case "\r": result += "&#13;"
    // Other control characters exist in no XML 1.0 document.
    case let control where control.value < 32 && control != "\n" && control != "\t": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

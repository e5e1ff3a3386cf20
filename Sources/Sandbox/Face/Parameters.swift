import AWSWire
import SimulatedAWS

/// The parameters of one request, whatever protocol brought them: dotted paths into a tree.
struct Parameters: Sendable {
  let tree: Tree

  init(tree: Tree) { self.tree = tree }

  /// Of a form: `A.member.1.B=x` is a list under `A.member` with a member `B`.
  init(form: QueryForm) {
    var tree = Tree.members([])
    for pair in form.pairs {
      let path = pair.name.split(separator: ".")
      guard path.count <= 16 else { continue }
      tree.set(path[...], to: pair.value)
    }
    self.tree = tree
  }

  /// Of a JSON object: an array stands where a form has `member`.
  init(json: JSON) { tree = Self.tree(of: json) }

  func text(_ path: String) -> String? { tree[path]?.text }

  /// A number, or `ValidationError` for what is none.
  func int(_ path: String) throws(Fault) -> Int? {
    guard let text = text(path) else { return nil }
    guard let number = Int(text) else {
      throw Fault("ValidationError", "Value '\(text)' at '\(path)' failed to satisfy constraint: must be an integer")
    }
    return number
  }

  func bool(_ path: String) -> Bool? { text(path).map { $0.lowercased() == "true" } }

  func has(_ path: String) -> Bool { tree[path] != nil }

  /// The items of a list, with the `member` of awsQuery or without it as in ec2Query.
  func list(_ path: String) -> [Parameters] {
    if case .list(let items) = tree[path + ".member"] { return items.map(Parameters.init(tree:)) }
    if case .list(let items) = tree[path] { return items.map(Parameters.init(tree:)) }
    return []
  }

  func texts(_ path: String) -> [String] { list(path).compactMap(\.tree.text) }

  subscript(path: String) -> Parameters? { tree[path].map(Parameters.init(tree:)) }

  /// A text that must be there.
  func required(_ path: String) throws(Fault) -> String {
    guard let text = text(path), !text.isEmpty else {
      throw Fault("ValidationError", "The request must contain the parameter \(path)")
    }
    return text
  }

  private static func tree(of json: JSON) -> Tree {
    switch json {
    case .null: .members([])
    case .bool(let value): .text(value ? "true" : "false")
    case .int(let value): .text(String(value))
    case .number(let value): .text(String(value))
    case .string(let value): .text(value)
    case .array(let items): .list(items.map(tree(of:)))
    case .object(let members): .members(members.map { Tree.Member($0.0, tree(of: $0.1)) })
    }
  }
}

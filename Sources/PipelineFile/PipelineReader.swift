import Yams

/// Reads the nodes of a file, section by section, and keeps every problem that it meets instead of stopping at one.
struct PipelineReader {
  private(set) var problems: [PipelineProblem] = []

  /// One mapping of the file, its keys known to be ours.
  struct Section {
    let name: String
    fileprivate(set) var entries: [String: (mark: Mark?, node: Node)] = [:]
  }

  /// The mapping `name` of the file; empty when it is absent, `null`, or wrong.
  mutating func section(_ name: String, in parent: Section) -> Section {
    guard let entry = entry(name, in: parent) else { return Section(name: name) }
    return section(name, of: entry.node, at: entry.mark)
  }

  /// The mappings of a key that takes one, or a list of them; their keys are those of the section `parent.key`.
  ///
  /// - Parameter word: a word that may stand in the place of a mapping; its section is `nil`.
  mutating func sections(
    _ key: String, in parent: Section, or word: String? = nil
  ) -> [(section: Section?, mark: Mark?)] {
    guard let entry = entry(key, in: parent) else { return [] }
    let name = KnownKeys.path(key, in: parent.name)
    var nodes = [(node: entry.node, mark: entry.mark)]
    if case .sequence(let elements) = entry.node { nodes = elements.map { ($0, $0.mark ?? entry.mark) } }
    return nodes.map { node, mark in
      word != nil && node.string == word ? (nil, mark) : (section(name, of: node, at: mark), mark)
    }
  }

  /// The whole file.
  mutating func top(_ root: Node?) -> Section {
    guard let root, !root.isNull else {
      report("", nil, wrong: "is empty", allowed: "write at least `fleet: { group: NAME }`")
      return Section(name: "")
    }
    return section("", of: root, at: root.mark)
  }

  private mutating func section(_ name: String, of node: Node, at mark: Mark?) -> Section {
    var section = Section(name: name)
    let known = KnownKeys.sections[name] ?? []
    guard case .mapping(let mapping) = node else {
      let list = known.joined(separator: ", ")
      report(name, mark, found: node.shown, wrong: "is not a mapping", allowed: "its keys are \(list)")
      return section
    }
    for (keyNode, node) in mapping {
      let key = keyNode.shown
      let mark = keyNode.mark
      if known.contains(key) {
        section.entries[key] = (mark, node)
      } else {
        let allowed = KnownKeys.advice(for: key, in: name)
        report(KnownKeys.path(key, in: name), mark, wrong: "unknown key", allowed: allowed)
      }
    }
    return section
  }

  /// The value of a key; `nil` when it is absent, `null`, or wrong.
  mutating func value<Value>(_ key: String, in section: Section, as form: ValueForm<Value>) -> Value? {
    guard let entry = entry(key, in: section) else { return nil }
    return scalar(entry.node, KnownKeys.path(key, in: section.name), entry.mark, as: form)
  }

  /// The value of a key that may not be left out.
  mutating func required<Value>(_ key: String, in section: Section, as form: ValueForm<Value>, at mark: Mark?) -> Value?
  {
    if entry(key, in: section) == nil {
      let path = KnownKeys.path(key, in: section.name)
      report(path, section.entries[key]?.mark ?? mark, wrong: "is required", allowed: form.allowed)
    }
    return value(key, in: section, as: form)
  }

  /// The values of a list, without those that are wrong; `nil` when it is absent or `null`.
  mutating func list<Value>(
    _ key: String, in section: Section, of form: ValueForm<Value>
  ) -> [(value: Value, mark: Mark?)]? {
    guard let entry = entry(key, in: section) else { return nil }
    let path = KnownKeys.path(key, in: section.name)
    guard case .sequence(let elements) = entry.node else {
      report(path, entry.mark, found: entry.node.shown, wrong: "is not a list", allowed: "write [] or [A, B]")
      return nil
    }
    var values: [(value: Value, mark: Mark?)] = []
    for (index, node) in elements.enumerated() {
      let mark = node.mark ?? entry.mark
      if let value = scalar(node, "\(path)[\(index)]", mark, as: form) { values.append((value, mark)) }
    }
    return values
  }

  /// The names and values of a mapping whose keys are the user's own; `nil` when it is absent or `null`.
  mutating func mapping(_ key: String, in section: Section, names: ValueForm<String>) -> [String: String]? {
    guard let entry = entry(key, in: section) else { return nil }
    let path = KnownKeys.path(key, in: section.name)
    guard case .mapping(let pairs) = entry.node else {
      report(
        path, entry.mark, found: entry.node.shown, wrong: "is not a mapping", allowed: "write {} or { NAME: value }")
      return nil
    }
    var values: [String: String] = [:]
    for (keyNode, node) in pairs {
      let mark = keyNode.mark ?? entry.mark
      guard let name = scalar(keyNode, path, mark, as: names) else { continue }
      values[name] = scalar(node, "\(path).\(name)", mark, as: .text)
    }
    return values
  }

  /// The mark of a key, where the section has it.
  func mark(of key: String, in section: Section) -> Mark? { section.entries[key]?.mark }

  mutating func report(_ key: String, _ mark: Mark?, found: String? = nil, wrong: String, allowed: String) {
    problems.append(
      PipelineProblem(
        key, line: mark?.line ?? 1, column: mark?.column ?? 1, found: found, wrong: wrong, allowed: allowed))
  }

  private func entry(_ key: String, in section: Section) -> (mark: Mark?, node: Node)? {
    precondition(KnownKeys.sections[section.name]?.contains(key) == true, "\(section.name).\(key) is a known key")
    guard let entry = section.entries[key], !entry.node.isNull else { return nil }
    return entry
  }

  private mutating func scalar<Value>(
    _ node: Node, _ path: String, _ mark: Mark?, as form: ValueForm<Value>
  ) -> Value? {
    guard case .scalar(let scalar) = node, !node.isNull else {
      report(path, mark, found: node.shown, wrong: form.wrong, allowed: form.allowed)
      return nil
    }
    guard let value = form.read(scalar.string) else {
      report(path, mark, found: scalar.string, wrong: form.wrong, allowed: form.allowed)
      return nil
    }
    return value
  }
}

extension Node {
  /// An absent value: nothing behind the colon, `~` or `null`, not in quotes.
  fileprivate var isNull: Bool {
    guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// The node as a message may show it.
  fileprivate var shown: String {
    switch self {
    case .scalar(let scalar): scalar.string
    case .mapping: "{…}"
    case .sequence: "[…]"
    case .alias: "*"
    }
  }
}

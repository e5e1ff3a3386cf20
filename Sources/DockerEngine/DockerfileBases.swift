/// The images that a Dockerfile builds on: each of a repository that `FROM` or `COPY --from` names.
public struct DockerfileBases: Equatable, Sendable {
  /// As the Dockerfile names them, its variables put in; each once, in order.
  public var names: [String] = []
  /// What could not be read for a variable without a value, as the Dockerfile has it.
  public var unknown: [String] = []

  /// - Parameters:
  ///   - buildArgs: values of the Dockerfile's ARGs; they go before its defaults.
  ///   - target: the last stage that is built, by name or number; `nil`: all are.
  public init(dockerfile: String, buildArgs: [String: String] = [:], target: String? = nil) {
    var variables = DockerfileVariables(given: buildArgs)
    var stages: [String] = []
    for instruction in Dockerfile(dockerfile).instructions {
      switch instruction.keyword {
      case "ARG" where stages.isEmpty:
        for argument in instruction.arguments { variables.declare(argument) }
      case "FROM":
        if let target, stages.last == target.lowercased() || String(stages.count - 1) == target { return }
        guard let image = instruction.arguments.first else { continue }
        add(image, variables: variables, stages: stages)
        let isNamed = instruction.arguments.count == 3 && instruction.arguments[1].uppercased() == "AS"
        stages.append(isNamed ? instruction.arguments[2].lowercased() : "")
      case "COPY":
        guard let source = instruction.option("from"), Int(source) == nil else { continue }
        add(source, variables: DockerfileVariables(given: [:]), stages: stages)
      default: continue
      }
    }
  }

  private mutating func add(_ text: Substring, variables: DockerfileVariables, stages: [String]) {
    guard let name = variables.expand(text) else {
      unknown.append(String(text))
      return
    }
    guard name != "scratch", !stages.contains(name.lowercased()), !names.contains(name) else { return }
    names.append(name)
  }
}

/// The variables that a `FROM` sees: the ARGs before the first one
/// (https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact).
struct DockerfileVariables {
  private let given: [String: String]
  private var values: [String: String] = [:]

  init(given: [String: String]) { self.given = given }

  /// Takes in `NAME` or `NAME=default`.
  mutating func declare(_ argument: Substring) {
    let halves = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(halves[0])
    if let value = given[name] {
      values[name] = value
    } else if halves.count == 2 {
      values[name] = expand(halves[1].withoutQuotes)
    }
  }

  /// The text with `$NAME`, `${NAME}`, `${NAME:-word}` and `${NAME:+word}` put in; `nil`: one has no value.
  func expand(_ text: some StringProtocol) -> String? {
    var result = ""
    var rest = Substring(text)
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[dollar...].dropFirst()
      if rest.first == "{" {
        guard let end = rest.firstIndex(of: "}"), let value = value(of: rest[..<end].dropFirst()) else { return nil }
        result += value
        rest = rest[end...].dropFirst()
      } else {
        let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        guard let value = values[String(name)] else { return nil }
        result += value
        rest = rest.dropFirst(name.count)
      }
    }
    return result + rest
  }

  private func value(of expression: Substring) -> String? {
    let name = expression.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    let value = values[String(name)].flatMap { $0.isEmpty ? nil : $0 }
    let rest = expression.dropFirst(name.count)
    let rule = rest.first == ":" ? rest.dropFirst() : rest
    switch rule.first {
    case nil: return value
    case "-": return value ?? expand(rule.dropFirst())
    case "+": return value == nil ? "" : expand(rule.dropFirst())
    default: return nil
    }
  }
}

extension Substring {
  fileprivate var withoutQuotes: Substring {
    guard count >= 2, let first, first == last, first == "\"" || first == "'" else { return self }
    return dropFirst().dropLast()
  }
}

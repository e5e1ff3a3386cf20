import Foundation
import Yams

@testable import WanzamiDeploy

/// Lines of documents and of CI jobs that call the program, for its own parser.
enum CommandLines {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized.path()

  static func text(_ path: String) throws -> String {
    try String(contentsOfFile: root + path, encoding: .utf8)
  }

  /// The arguments of each call in a shell's lines: what stands after the program's name where a command begins.
  static func calls(shell: String) -> [[String]] {
    shell.split(separator: "\n").compactMap { line -> [String]? in
      guard let found = line.prefixMatch(of: /\s*(?:exec )?wanzami-deploy( [^|&;]*)?/) else { return nil }
      return (found.1 ?? "").split(separator: " ").map { $0.contains("$") ? "main" : String($0) }
    }
  }

  /// The arguments of each call in a text for people: an indented line, or words within backquotes. What is optional is
  /// given, and what stands for a value has one.
  static func calls(prose: String) -> [[String]] {
    let lines = prose.split(separator: "\n").compactMap { line in
      line.prefixMatch(of: /(?: {4,}|\$ )(?:exec )?wanzami-deploy ((?:[^ ]| (?! ))*)/).map { String($0.1) }
    }
    let spans = prose.matches(of: /`wanzami-deploy ([^`]*)`/).map {
      $0.1.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
    return (lines + spans).map { call in
      call.split(separator: " ").map { word in
        let bare = word.filter { !"[]<>…".contains($0) }
        return values[bare] ?? (bare.count == 1 && bare.first?.isUppercase == true ? "1" : bare)
      }
    }
  }

  private static let values = [
    "FILE": "file", "TERM": "5", "NAME": "no-capacity", "commit": "main", "--fault=NAME": "--fault=alarm",
  ]

  /// What the parser has against the arguments; `nil`: nothing. A command's name alone is its name in a sentence.
  static func problem(_ arguments: [String]) -> String? {
    let names = WanzamiDeploy.configuration.subcommands.map { $0._commandName }
    if arguments.count == 1, let name = arguments.first, names.contains(name) { return nil }
    do {
      _ = try WanzamiDeploy.parseAsRoot(arguments)
      return nil
    } catch {
      return WanzamiDeploy.exitCode(for: error) == .success ? nil : WanzamiDeploy.message(for: error)
    }
  }
}

/// A CI file's steps, as their shells get them.
struct CIFile {
  let root: Node

  init(_ path: String) throws {
    guard let node = try Yams.compose(yaml: CommandLines.text(path)) else { throw CocoaError(.fileReadCorruptFile) }
    root = node
  }

  /// The value at a path of keys and indices; `nil`: there is none.
  func value(_ path: String...) -> Node? {
    path.reduce(root as Node?) { node, key in
      Int(key).flatMap { index in node?.sequence.flatMap { index < $0.count ? $0[index] : nil } } ?? node?[key]
    }
  }

  /// Every text that a shell runs: GitHub's `run`, GitLab's `before_script` and `script`.
  var scripts: [String] { CIFile.scripts(root) }

  private static func scripts(_ node: Node) -> [String] {
    if let mapping = node.mapping {
      return mapping.flatMap { key, value -> [String] in
        switch key.string {
        case "run": value.string.map { [$0] } ?? []
        case "before_script", "script": [(value.array().compactMap(\.string)).joined(separator: "\n")]
        default: scripts(value)
        }
      }
    }
    return node.sequence.map { $0.flatMap(scripts) } ?? []
  }
}

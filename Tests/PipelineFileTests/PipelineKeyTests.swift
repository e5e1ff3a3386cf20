import Foundation
import ReleaseCore
import Testing

@testable import PipelineFile

@Suite("What explain says of keys")
struct PipelineKeyTests {
  /// The comment above each key of `pipelines/reference.yml`, by the key's path, spaces collapsed: its first paragraph.
  private func comments() throws -> [String: String] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../pipelines/reference.yml")
    var comments: [String: String] = [:]
    var comment: [String] = []
    var isOver = false
    var sections: [String] = []
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false) {
      let text = line.drop { $0 == " " }
      if text.hasPrefix("#") {
        isOver = isOver || text == "#"
        if !isOver { comment.append(String(text.dropFirst())) }
        continue
      }
      if let colon = text.firstIndex(of: ":"), !text.hasPrefix("-"), line.count - text.count <= 4 {
        sections = sections.prefix((line.count - text.count) / 2) + [String(text[..<colon])]
        let path = sections.joined(separator: ".")
        if !comment.isEmpty {
          comments[path] = comment.joined(separator: " ").split(separator: " ").joined(separator: " ")
        }
      }
      comment = []
      isOver = false
    }
    return comments
  }

  @Test("is what the reference says, key by key")
  func reference() throws {
    let comments = try comments()
    for key in PipelineKey.meanings {
      let expected = key.meaning + (key.standard.map { " default: \($0)" } ?? "")
      // What a hook may have is commented once, at the first point.
      let parts = key.path.split(separator: ".")
      let place = parts.count == 3 ? "hooks.beforeRollout.\(parts[2])" : key.path
      #expect(comments[place] == expected, "\(key.path)")
    }
  }

  @Test("covers every key that a file may have")
  func complete() {
    let sections = Set(KnownKeys.sections.keys)
    let known = KnownKeys.sections.flatMap { section, keys in
      keys.filter { section.isEmpty ? !sections.contains($0) : true }.map { KnownKeys.path($0, in: section) }
    }
    #expect(Set(PipelineKey.meanings.map(\.path)) == Set(known))
  }
}

import Foundation
import Testing

/// `docs/events.schema.json` against the sources; ScenarioTests hold it to what real runs print.
@Suite("The schema of --output json")
struct EventSchemaTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

  private static func sources() throws -> String {
    let top = root.appending(path: "Sources").path()
    return try ["ReleaseCore", "ReleaseRuntime", "WanzamiDeploy"].flatMap { room in
      try FileManager.default.subpathsOfDirectory(atPath: "\(top)/\(room)").filter { $0.hasSuffix(".swift") }.map {
        try String(contentsOfFile: "\(top)/\(room)/\($0)", encoding: .utf8)
      }
    }.joined(separator: "\n")
  }

  @Test("each event that the sources name is documented, and no other is: add yours to docs/events.schema.json")
  func complete() throws {
    let text = try EventSchemaTests.sources()
    var named = Set(text.matches(of: /Announcement\(\s*"([a-zA-Z.]+)"/).map { String($0.1) })
    named.formUnion(text.matches(of: /\.text\("event", "([a-zA-Z.]+)"\)/).map { String($0.1) })
    named.formUnion(
      text.matches(of: /\?\s*"([a-z]+\.[a-z]+)" : "([a-z]+\.[a-z]+)"/).flatMap { [String($0.1), String($0.2)] })
    named.insert("run.ended")
    let data = try Data(contentsOf: EventSchemaTests.root.appending(path: "docs/events.schema.json"))
    let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let events = try #require(schema["oneOf"] as? [[String: Any]])
    let documented = events.compactMap {
      (($0["properties"] as? [String: Any])?["event"] as? [String: Any])?["const"] as? String
    }
    #expect(Set(documented).count == documented.count)
    #expect(named.subtracting(documented) == [], "named in the sources, and not documented")
    #expect(Set(documented).subtracting(named) == [], "documented, and not named in the sources")
  }
}

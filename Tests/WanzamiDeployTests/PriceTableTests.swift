import Foundation
import Testing

/// The README's table of what the ground costs, recomputed from the unit prices that it names.
@Suite("The table of prices")
struct PriceTableTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

  private struct Row {
    var name: String
    var dollars: Int?
    var formula: String

    /// Sums of products, such as `2 × 730 h × $0.0168 + 2 × 16 GB × $0.08`; `nil`: it is none.
    var computed: Double? {
      let products = formula.components(separatedBy: " + ").map { product in
        product.components(separatedBy: " × ").map { factor in
          Double(factor.filter { $0.isNumber || $0 == "." })
        }
      }
      guard products.allSatisfy({ $0.count > 1 && !$0.contains(nil) }) else { return nil }
      return products.map { $0.compactMap(\.self).reduce(1, *) }.reduce(0, +)
    }
  }

  private func rows() throws -> [Row] {
    let text = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    let table = text.components(separatedBy: "| a month, about |")[1].components(separatedBy: "\n\n")[0]
    return table.split(separator: "\n").dropFirst(2).map { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      return Row(name: cells[0], dollars: Int(cells[1].filter(\.isNumber)), formula: cells[2])
    }
  }

  @Test("each figure is what its unit prices make, and the sum is theirs")
  func sums() throws {
    let rows = try rows()
    let computed = rows.filter { $0.computed != nil }
    #expect(computed.count == 7)
    for row in computed { #expect(row.dollars == row.computed.map { Int($0.rounded()) }, "\(row.name)") }
    let total = try #require(rows.firstIndex { $0.name == "together" })
    let sum = rows[..<total].compactMap(\.computed).reduce(0, +)
    #expect(rows[total].dollars == Int(sum.rounded()))
  }

  @Test("the classes and sizes are those that the stack has by default, and the text says how old the prices are")
  func classes() throws {
    let names = try rows().map(\.name).joined(separator: "\n")
    let template = try String(
      contentsOf: Self.root.appending(path: "pipelines/infrastructure.yml"), encoding: .utf8)
    for kind in ["t4g.small", "db.t4g.micro", "cache.t4g.micro"] {
      #expect(names.contains(kind))
      #expect(template.contains("Default: \(kind)\n"))
    }
    #expect(template.contains("VolumeSize: 16,"))
    let storage = try #require(template.firstMatch(of: /DatabaseStorage:\n(?: {4}.*\n)*? {4}Default: (\d+)/))
    #expect(names.contains("\(storage.1) GB"))
    let text = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    #expect(text.contains("prices of us-east-1 as of "))
  }
}

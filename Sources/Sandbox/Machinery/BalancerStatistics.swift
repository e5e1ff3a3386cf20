/// What HAProxy itself counted for one target group since it began (management guide, "Statistics and monitoring").
public struct BalancerStatistics: Equatable, Sendable {
  public var targetGroup: String
  /// Responses by the first digit of their status, from servers and from HAProxy itself (its own 503).
  public var responses2xx: Int
  public var responses4xx: Int
  public var responses5xx: Int
  /// Connections to a server that failed.
  public var connectionErrors: Int
  /// Responses that broke off or were malformed.
  public var responseErrors: Int

  /// The rows of kind BACKEND in the CSV that `show stat` answers.
  static func parse(_ csv: String) -> [BalancerStatistics] {
    var lines = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard !lines.isEmpty else { return [] }
    let header = lines.removeFirst()
    return lines.compactMap { row in
      func cell(_ name: String) -> Substring? {
        header.firstIndex { $0 == name || $0 == "# \(name)" }.flatMap { $0 < row.count ? row[$0] : nil }
      }
      guard cell("svname") == "BACKEND", let name = cell("pxname") else { return nil }
      func count(_ name: String) -> Int { cell(name).flatMap { Int($0) } ?? 0 }
      return BalancerStatistics(
        targetGroup: String(name), responses2xx: count("hrsp_2xx"), responses4xx: count("hrsp_4xx"),
        responses5xx: count("hrsp_5xx"), connectionErrors: count("econ"), responseErrors: count("eresp"))
    }
  }
}

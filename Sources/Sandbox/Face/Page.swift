import SimulatedAWS

/// A part of a list with the token for the next.
struct Page<Item> {
  var items: ArraySlice<Item>
  var next: String?

  /// The page that begins where `token` says.
  ///
  /// - Throws: a fault with `invalidCode` for a token that no earlier page gave, and a `ValidationError` for a size
  ///   out of range.
  init(
    of all: [Item], token: String?, size: Int?, default standard: Int, max: Int,
    invalidCode: String = "InvalidNextToken"
  ) throws(Fault) {
    let size = size ?? standard
    guard (1...max).contains(size) else {
      throw Fault("ValidationError", "The page size must be between 1 and \(max), it is \(size)")
    }
    var start = 0
    if let token, !token.isEmpty {
      guard let offset = token.hasPrefix("page.") ? Int(token.dropFirst(5)) : nil, (0...all.count).contains(offset)
      else { throw Fault(invalidCode, "The token '\(token)' is invalid") }
      start = offset
    }
    let end = Swift.min(start + size, all.count)
    items = all[start..<end]
    next = end < all.count ? "page.\(end)" : nil
  }
}

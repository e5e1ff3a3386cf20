/// What one quantity came to, round by round.
struct Series: Codable, Sendable {
  let samples: [Double]

  /// - Parameter samples: in the order of the rounds; at least one.
  init(_ samples: [Double]) { self.samples = samples }

  var low: Double { samples.min() ?? .nan }
  var high: Double { samples.max() ?? .nan }

  var median: Double {
    let sorted = samples.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// This over that, pair by pair: the two of a round were measured one after the other, so what disturbed the machine
  /// for longer than that is in neither.
  func over(_ other: Series) -> Series {
    guard samples.count == other.samples.count else { return Series([median / other.median]) }
    return Series(zip(samples, other.samples).map { $0 / $1 })
  }

  private enum CodingKeys: String, CodingKey { case median, low, high, samples }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    samples = try container.decode([Double].self, forKey: .samples)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(median, forKey: .median)
    try container.encode(low, forKey: .low)
    try container.encode(high, forKey: .high)
    try container.encode(samples, forKey: .samples)
  }
}

import SimulatedAWS

/// What an image's application does once its instance runs.
enum AppBehaviour {
  /// Refuses connections for so many seconds, then answers 200.
  case healthy(after: Double)
  /// Answers with a wrong code.
  case answering(Int)
  case refusing
  /// Turns between 200 and 500, so many seconds each.
  case flapping(Double)
  /// Answers 200 for so many seconds, then nothing.
  case crashing(after: Double)

  /// The answer to a health check at an age in seconds since the instance ran.
  func answer(age: Double) -> World.ProbeResult {
    switch self {
    case .healthy(let start): age < start ? .refused : .status(200)
    case .answering(let code): .status(code)
    case .refusing: .refused
    case .flapping(let period): Int(age / period).isMultiple(of: 2) ? .status(200) : .status(500)
    case .crashing(let end): age < end ? .status(200) : .refused
    }
  }
}

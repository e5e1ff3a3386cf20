import FoundationEssentials

/// One line of the Engine's answer to a build, a push or a pull.
struct EngineMessage: Decodable {
  struct Progress: Decodable {
    var current: Int?
    var total: Int?
  }

  struct Detail: Decodable {
    var code: Int?
    var message: String?
  }

  /// What came out: an image's id, or the pushed manifest's digest.
  struct Outcome: Decodable {
    var id: String?
    var digest: String?

    enum CodingKeys: String, CodingKey {
      case id = "ID"
      case digest = "Digest"
    }
  }

  var stream: String?
  var status: String?
  var id: String?
  var progressDetail: Progress?
  var error: String?
  var errorDetail: Detail?
  var outcome: Outcome?

  enum CodingKeys: String, CodingKey {
    case stream
    case status
    case id
    case progressDetail
    case error
    case errorDetail
    case outcome = "aux"
  }

  /// The failure that this line tells, in the Engine's words.
  var failure: String? { error ?? errorDetail?.message }

  /// What people may see of it.
  var progress: EngineProgress? {
    if let stream { return .output(stream) }
    guard let status else { return nil }
    guard let id else { return .status(status) }
    return .layer(id: id, status: status, current: progressDetail?.current, total: progressDetail?.total)
  }
}

/// What the Engine tells while it works.
public enum EngineProgress: Equatable, Sendable {
  /// A piece of a build's output, mostly a line with its newline.
  case output(String)
  /// A layer on its way; both counts are bytes.
  case layer(id: String, status: String, current: Int?, total: Int?)
  case status(String)
}

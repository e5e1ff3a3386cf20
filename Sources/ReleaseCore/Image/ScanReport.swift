/// What a scanner thinks of an image, at worst: ECR's severities, the worst last.
///
/// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFindings.html
public enum Severity: String, CaseIterable, Comparable, Sendable {
  case undefined = "UNDEFINED"
  case informational = "INFORMATIONAL"
  case low = "LOW"
  case medium = "MEDIUM"
  case high = "HIGH"
  case critical = "CRITICAL"

  public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

  private var rank: Int { Severity.allCases.firstIndex(of: self) ?? 0 }
}

/// An image whose scan is asked for.
public struct ScanOrder: Equatable, Sendable {
  /// `registry/name`.
  public var repository: String
  public var digest: Digest

  public init(repository: String, digest: Digest) {
    self.repository = repository
    self.digest = digest
  }
}

/// How far the scan of an image is, and what it found.
///
/// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html
public struct ScanReport: Equatable, Sendable {
  public enum Status: Equatable, Sendable {
    /// ECR knows no scan of the image (`ScanNotFoundException`), as for a moment after a push.
    case notFound
    case inProgress
    case pending
    case complete
    /// Enhanced scanning: found findings are kept up to date.
    case active
    case failed
    case unsupportedImage
    case eligibilityExpired
    case findingsUnavailable
    case limitExceeded
    case imageArchived
    /// A word that AWS has added since.
    case other(String)

    /// Reads ECR's word.
    public init(_ text: String) {
      self =
        switch text {
        case "IN_PROGRESS": .inProgress
        case "PENDING": .pending
        case "COMPLETE": .complete
        case "ACTIVE": .active
        case "FAILED": .failed
        case "UNSUPPORTED_IMAGE": .unsupportedImage
        case "SCAN_ELIGIBILITY_EXPIRED": .eligibilityExpired
        case "FINDINGS_UNAVAILABLE": .findingsUnavailable
        case "LIMIT_EXCEEDED": .limitExceeded
        case "IMAGE_ARCHIVED": .imageArchived
        default: .other(text)
        }
    }
  }

  public var status: Status
  /// ECR's own words about the status.
  public var detail: String?
  /// How many findings there are of each severity.
  public var counts: [Severity: Int]
  /// Names of some findings with their severity, such as `CVE-2024-1234`, the worst first.
  public var findings: [Finding]

  public struct Finding: Equatable, Sendable {
    public var name: String
    public var severity: Severity

    public init(name: String, severity: Severity) {
      self.name = name
      self.severity = severity
    }
  }

  public init(status: Status, detail: String? = nil, counts: [Severity: Int] = [:], findings: [Finding] = []) {
    self.status = status
    self.detail = detail
    self.counts = counts
    self.findings = findings
  }

  /// `2 critical, 5 high`; `no findings`.
  var summary: String {
    let parts = Severity.allCases.reversed().compactMap { severity in
      counts[severity].flatMap { $0 > 0 ? "\($0) \(severity.rawValue.lowercased())" : nil }
    }
    return parts.isEmpty ? "no findings" : parts.joined(separator: ", ")
  }
}

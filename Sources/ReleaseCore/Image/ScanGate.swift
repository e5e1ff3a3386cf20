/// Whether an image may be released with what its scan found: `image.blockOn`.
enum ScanGate {
  enum Judgement: Equatable {
    /// Its scan says nothing yet: in words, what is waited for.
    case wait(String)
    case passed
    /// In words: what is wrong, and what to do.
    case refused(String)
  }

  /// How long a scan may take, from the first look. Basic scans end within minutes
  /// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-basic.html).
  static let patience = Duration.seconds(600)
  /// How long ECR may know of no scan, before it is taken for a repository that scans nothing.
  static let unknownFor = Duration.seconds(60)
  /// Between two looks: the interval of AWS's own waiter.
  static let interval = Duration.seconds(5)

  /// - Parameter waited: since the first look.
  static func judge(_ report: ScanReport, of order: ScanOrder, blockOn: Severity, waited: Duration) -> Judgement {
    let judgement = judge(report, of: order, blockOn: blockOn)
    guard case .wait(let what) = judgement else { return judgement }
    if report.status == .notFound, waited >= unknownFor {
      return .refused(
        "ECR knows no scan of \(order.repository)@\(order.digest). Let the repository scan on push (aws ecr "
          + "put-image-scanning-configuration), start one (aws ecr start-image-scan), or take image.blockOn out.")
    }
    guard waited >= patience else { return judgement }
    return .refused(
      "the scan of \(order.repository)@\(order.digest) has given nothing in \(patience.wholeSecondsRoundedUp / 60) "
        + "minutes (\(what)). Look at it (aws ecr describe-image-scan-findings), and release again.")
  }

  private static func judge(_ report: ScanReport, of order: ScanOrder, blockOn: Severity) -> Judgement {
    let image = "\(order.repository)@\(order.digest)"
    let detail = report.detail.map { " (\($0))" } ?? ""
    switch report.status {
    case .notFound: return .wait("ECR knows no scan yet")
    case .inProgress: return .wait("the scan is in progress\(detail)")
    case .pending: return .wait("the scan is pending\(detail)")
    case .findingsUnavailable: return .wait("the findings are not available\(detail)")
    case .other(let word): return .wait("the scan's status is \(word)\(detail)")
    case .complete, .active: return judge(found: report, image: image, blockOn: blockOn)
    case .failed:
      return .refused(
        "the scan of \(image) failed\(detail). Start another (aws ecr start-image-scan), or take image.blockOn out.")
    case .unsupportedImage:
      return .refused(
        "ECR cannot scan \(image)\(detail): basic scanning knows no such operating system. Use enhanced scanning or "
          + "another base image, or take image.blockOn out.")
    case .eligibilityExpired:
      return .refused(
        "ECR no longer scans \(image), which is too old\(detail). Build it anew with --rebuild.")
    case .limitExceeded:
      return .refused(
        "the scan of \(image) was refused for ECR's limit\(detail): one basic scan of an image in 24 hours. Try again "
          + "later, or build it anew with --rebuild.")
    case .imageArchived:
      return .refused("\(image) is archived, so it is neither scanned nor pulled. Build it anew with --rebuild.")
    }
  }

  private static func judge(found report: ScanReport, image: String, blockOn: Severity) -> Judgement {
    guard report.counts.contains(where: { $0.key >= blockOn && $0.value > 0 }) else { return .passed }
    let names = report.findings.filter { $0.severity >= blockOn }.prefix(5).map(\.name)
    return .refused(
      "the scan of \(image) found \(report.summary)\(names.isEmpty ? "" : ": \(names.joined(separator: ", "))"), and "
        + "image.blockOn is \(blockOn.rawValue). Mend what it names (a newer base image: --rebuild), or set "
        + "image.blockOn to what you accept.")
  }
}

import AWSWire

extension ECR {
  /// What ECR tells of an image's scan.
  public struct ImageScan: Equatable, Sendable {
    public struct Finding: Equatable, Sendable {
      /// Such as `CVE-2024-1234`.
      public var name: String
      public var severity: String
    }

    /// `IN_PROGRESS`, `COMPLETE`, `FAILED`, `UNSUPPORTED_IMAGE`, `ACTIVE`, `PENDING`, `SCAN_ELIGIBILITY_EXPIRED`,
    /// `FINDINGS_UNAVAILABLE`, `LIMIT_EXCEEDED` or `IMAGE_ARCHIVED`.
    public var status: String
    public var detail: String?
    /// By severity: `CRITICAL`, `HIGH`, `MEDIUM`, `LOW`, `INFORMATIONAL`, `UNDEFINED`.
    public var counts: [String: Int]
    /// Of the first page, basic and enhanced findings alike, in ECR's order.
    public var findings: [Finding]
  }

  /// The scan of an image, with the names of some of its findings; `nil`: ECR knows none
  /// (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html).
  ///
  /// The counts are of all findings; their names are not read beyond the first page, for nobody reads thousands.
  public func describeImageScanFindings(
    repository: String, registryID: String? = nil, digest: String
  ) async throws(AWSError) -> ImageScan? {
    struct Input: Encodable {
      var repositoryName: String
      var registryId: String?
      var imageId: ImageIdentifier
      var maxResults = 1000
    }
    let input = Input(repositoryName: repository, registryId: registryID, imageId: ImageIdentifier(digest: digest))
    do throws(AWSError) {
      return try await caller.json(
        .ecr, "DescribeImageScanFindings", of: "\(repository)@\(digest)", input, as: ScanFindings.self
      ).scan
    } catch {
      guard error.code == "ScanNotFoundException" else { throw error }
      return nil
    }
  }
}

private struct ScanFindings: Decodable {
  struct Status: Decodable {
    var status: String?
    var description: String?
  }

  struct Found: Decodable {
    struct Basic: Decodable {
      var name: String?
      var severity: String?
    }

    struct Enhanced: Decodable {
      struct Package: Decodable { var vulnerabilityId: String? }
      var title: String?
      var severity: String?
      var packageVulnerabilityDetails: Package?
    }

    var findingSeverityCounts: [String: Int]?
    var findings: [Basic]?
    var enhancedFindings: [Enhanced]?
  }

  var imageScanStatus: Status?
  var imageScanFindings: Found?

  var scan: ECR.ImageScan {
    let basic = (imageScanFindings?.findings ?? []).map {
      ECR.ImageScan.Finding(name: $0.name ?? "", severity: $0.severity ?? "UNDEFINED")
    }
    let enhanced = (imageScanFindings?.enhancedFindings ?? []).map {
      ECR.ImageScan.Finding(
        name: $0.packageVulnerabilityDetails?.vulnerabilityId ?? $0.title ?? "", severity: $0.severity ?? "UNDEFINED")
    }
    return ECR.ImageScan(
      status: imageScanStatus?.status ?? "", detail: imageScanStatus?.description,
      counts: imageScanFindings?.findingSeverityCounts ?? [:], findings: basic + enhanced)
  }
}

/// A partition of AWS: regions that share domains, and how its endpoints are named.
///
/// https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html; the rules are those of
/// the endpoint rule sets that AWS's SDKs carry.
struct Partition: Equatable, Sendable {
  /// As ARNs begin: `aws-cn`.
  let name: String
  let dnsSuffix: String
  let dualStackSuffix: String

  /// The partition of a region; a region that is not known is in `aws`.
  init(region: String) {
    self = Partition.others.first { region.hasPrefix($0.prefix) }?.partition ?? .commercial
  }

  private init(_ name: String, _ dnsSuffix: String, dualStack: String) {
    self.name = name
    self.dnsSuffix = dnsSuffix
    dualStackSuffix = dualStack
  }

  /// Whether the plain host of a service is its FIPS host: in the GovCloud regions all but ECR's are, and of those with
  /// IPv6 only CloudWatch's.
  func isFIPS(_ service: AWSService, _ variant: EndpointVariant) -> Bool {
    name == "aws-us-gov" && (service == .cloudWatch || (service != .ecr && !variant.usesDualStack))
  }

  static let commercial = Partition("aws", "amazonaws.com", dualStack: "api.aws")

  private static let others: [(prefix: String, partition: Partition)] = [
    ("cn-", Partition("aws-cn", "amazonaws.com.cn", dualStack: "api.amazonwebservices.com.cn")),
    ("us-gov-", Partition("aws-us-gov", "amazonaws.com", dualStack: "api.aws")),
    ("eusc-", Partition("aws-eusc", "amazonaws.eu", dualStack: "api.amazonwebservices.eu")),
    ("us-isob-", Partition("aws-iso-b", "sc2s.sgov.gov", dualStack: "api.aws.scloud")),
    ("us-isof-", Partition("aws-iso-f", "csp.hci.ic.gov", dualStack: "api.aws.hci.ic.gov")),
    ("eu-isoe-", Partition("aws-iso-e", "cloud.adc-e.uk", dualStack: "api.cloud-aws.adc-e.uk")),
    ("us-iso-", Partition("aws-iso", "c2s.ic.gov", dualStack: "api.aws.ic.gov")),
  ]
}

/// Answers as AWS writes them, of any length.
enum Answers {
  static let targetGroup =
    "arn:aws:elasticloadbalancing:eu-north-1:123456789012:targetgroup/wanzami-api/73e2d6bc24d8a067"

  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html
  static func targetHealth(targets: Int) -> String {
    let members = (0..<targets).map { index in
      """
            <member>
              <HealthCheckPort>4000</HealthCheckPort>
              <TargetHealth>
                <State>\(index % 10 == 0 ? "unhealthy" : "healthy")</State>
                \(index % 10 == 0 ? "<Reason>Target.ResponseCodeMismatch</Reason>" : "")
              </TargetHealth>
              <Target>
                <Port>4000</Port>
                <Id>i-0\(String(0x1234_5678_9abc + index, radix: 16))0000</Id>
              </Target>
            </member>
      """
    }
    return """
      <DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">
        <DescribeTargetHealthResult>
          <TargetHealthDescriptions>
      \(members.joined(separator: "\n"))
          </TargetHealthDescriptions>
        </DescribeTargetHealthResult>
        <ResponseMetadata>
          <RequestId>c534f810-f389-11e5-9192-3fff33344cfa</RequestId>
        </ResponseMetadata>
      </DescribeTargetHealthResponse>

      """
  }

  struct Images: Decodable {
    struct Detail: Decodable {
      var registryId: String
      var repositoryName: String
      var imageDigest: String
      var imageTags: [String]?
      var imageSizeInBytes: Int
      var imagePushedAt: Double
    }
    var imageDetails: [Detail]
  }

  /// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
  static func images(_ count: Int) -> String {
    let details = (0..<count).map { index in
      let number = String(0x1000_0000 + index, radix: 16)
      return #"{"registryId":"123456789012","repositoryName":"wanzami-api","imageDigest":"sha256:"#
        + String(repeating: number, count: 8)
        + #"","imageTags":["\#(number)"],"imageSizeInBytes":\#(31_000_000 + index),"imagePushedAt":1790000000.5}"#
    }
    return #"{"imageDetails":["# + details.joined(separator: ",") + "]}"
  }
}

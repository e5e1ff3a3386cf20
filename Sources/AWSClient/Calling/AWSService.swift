/// A service as its requests name it.
public enum AWSService: String, CaseIterable, Sendable {
  case sts
  case ecr
  case ec2
  case autoScaling
  case elbv2
  case cloudWatch
  case ssm
  case cloudFormation
  case rds
  case elastiCache
  case sns

  /// For people.
  public var displayName: String {
    switch self {
    case .sts: "STS"
    case .ecr: "ECR"
    case .ec2: "EC2"
    case .autoScaling: "Auto Scaling"
    case .elbv2: "Elastic Load Balancing"
    case .cloudWatch: "CloudWatch"
    case .ssm: "Systems Manager"
    case .cloudFormation: "CloudFormation"
    case .rds: "RDS"
    case .elastiCache: "ElastiCache"
    case .sns: "SNS"
    }
  }

  /// The service in a credential scope.
  var signingName: String {
    switch self {
    case .elbv2: "elasticloadbalancing"
    case .cloudWatch: "monitoring"
    default: rawValue.lowercased()
    }
  }

  /// The end of `AWS_ENDPOINT_URL_…`, lower case in a `[services]` section
  /// (https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html).
  var endpointKey: String {
    switch self {
    case .autoScaling: "auto_scaling"
    case .elbv2: "elastic_load_balancing_v2"
    default: rawValue.lowercased()
    }
  }

  /// The `Version` of the query protocols.
  var apiVersion: String {
    switch self {
    case .sts: "2011-06-15"
    case .ecr: "2015-09-21"
    case .ec2: "2016-11-15"
    case .autoScaling: "2011-01-01"
    case .elbv2: "2015-12-01"
    case .cloudWatch: "2010-08-01"
    case .ssm: "2014-11-06"
    case .cloudFormation: "2010-05-15"
    case .rds: "2014-10-31"
    case .elastiCache: "2015-02-02"
    case .sns: "2010-03-31"
    }
  }

  /// What `X-Amz-Target` begins with; `nil` for the query protocols.
  var jsonTarget: String? {
    switch self {
    case .ecr: "AmazonEC2ContainerRegistry_V20150921"
    case .ssm: "AmazonSSM"
    default: nil
    }
  }
}

/// What an error code means for a caller and for the retry loop. The codes are those of the services' API references
/// and of botocore's retry lists.
enum ErrorCodes {
  /// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html; `LimitExceededException` is left
  /// out: for ECR it is a hard quota.
  static let throttling: Set<String> = [
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
    "BandwidthLimitExceeded", "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
  ]
  static let transient: Set<String> = ["RequestTimeout", "RequestTimeoutException", "IDPCommunicationError"]
  static let expired: Set<String> = ["ExpiredToken", "ExpiredTokenException"]
  static let definiteSkew: Set<String> = ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"]
  static let unauthenticated: Set<String> = [
    "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException",
    "AuthFailure", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature",
  ]
  static let denied: Set<String> = [
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "OptInRequired", "RegionDisabledException",
  ]
  static let busy: Set<String> = ["ResourceContention", "ScalingActivityInProgress", "ResourceInUse"]
  static let limits: Set<String> = ["LimitExceeded", "LimitExceededException"]
  static let validation: Set<String> = [
    "ValidationError", "ValidationException", "InvalidParameterException", "InvalidParameterValue",
    "InvalidParameterCombination", "MissingParameter", "MalformedQueryString", "InvalidUserData.Malformed",
    "IdempotentParameterMismatch", "InvalidNextToken", "InvalidParameters",
  ]
  static let exists: Set<String> = [
    "AlreadyExists", "ImageAlreadyExistsException", "ImageTagAlreadyExistsException",
    "RepositoryAlreadyExistsException", "DBSnapshotAlreadyExists",
  ]

  static func kind(code: String?, status: Int) -> AWSError.Kind {
    guard let code else { return status >= 500 ? .service : status == 429 ? .throttled : .other }
    switch code {
    case "InstanceRefreshInProgress", "InstanceRefreshInProgressFault": return .refreshInProgress
    case "IrreversibleInstanceRefresh", "IrreversibleInstanceRefreshFault": return .irreversible
    case "ActiveInstanceRefreshNotFound", "ActiveInstanceRefreshNotFoundFault": return .noActiveRefresh
    case _ where throttling.contains(code): return .throttled
    case _ where expired.contains(code): return .expired
    case _ where unauthenticated.contains(code) || definiteSkew.contains(code): return .unauthenticated
    case _ where denied.contains(code): return .denied
    case _ where busy.contains(code): return .busy
    case _ where limits.contains(code): return .limitExceeded
    case _ where exists.contains(code): return .alreadyExists
    case _ where validation.contains(code): return .validation
    case _ where code.contains("NotFound") || code == "InvocationDoesNotExist" || code == "InvalidInstanceId":
      return .notFound
    default: return status >= 500 ? .service : .other
    }
  }
}

extension Explanation {
  /// Error codes of AWS, as this program reads them.
  static let errorCodes: [Explanation] = codes.flatMap { group in
    group.codes.map { Explanation(.errorCode, $0, group.meaning, group.advice) }
  }

  private static let codes: [(codes: [String], meaning: String, advice: String?)] = [
    (
      [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
        "BandwidthLimitExceeded", "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
      ],
      "The account asks the service more often than it allows; nothing was done.",
      "It is asked again by itself. Where it stays, raise rollout.poll, and look for other clients of the account."
    ),
    (
      ["RequestTimeout", "RequestTimeoutException", "IDPCommunicationError"],
      "The request did not arrive in time; it is sent again where that is safe.", nil
    ),
    (
      ["ExpiredToken", "ExpiredTokenException"], "The session of the credentials is over.",
      "Sign in again, or give the job fresh credentials."
    ),
    (
      ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"],
      "This machine's clock is too far from AWS's; the difference is learnt from the answer and corrected once.",
      "Set the clock right."
    ),
    (
      [
        "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException",
        "AuthFailure", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature",
      ],
      "AWS does not accept the access key, its secret or its session token.",
      "Check which credentials are used (aws sts get-caller-identity), and the clock."
    ),
    (
      ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"],
      "The principal is not allowed to do this.",
      "Grant the action that the message names; scripts/iam-policy.json has all that this program needs."
    ),
    (
      ["OptInRequired", "RegionDisabledException"], "The region is not enabled for the account.",
      "Enable it, or correct the region."
    ),
    (
      ["InstanceRefreshInProgress", "InstanceRefreshInProgressFault"],
      "Another instance refresh holds the group: AWS allows one at a time.",
      "See wanzami-deploy status for whose it is."
    ),
    (
      ["IrreversibleInstanceRefresh", "IrreversibleInstanceRefreshFault"],
      "AWS cannot roll this refresh back: the saved version is an alias, its AMI is looked up at launch, or the refresh "
        + "names no configuration.", "wanzami-deploy rollback cancels it and starts a refresh back."
    ),
    (
      ["ActiveInstanceRefreshNotFound", "ActiveInstanceRefreshNotFoundFault"],
      "There is no refresh to cancel or to roll back: it ended meanwhile.", "See wanzami-deploy status."
    ),
    (
      ["ResourceContention", "ScalingActivityInProgress", "ResourceInUse"],
      "Another change of the group is going on.", "Run it again when that has ended."
    ),
    (
      ["LimitExceeded", "LimitExceededException"], "A quota of the account is used up.",
      "Ask AWS for a higher one, or remove what is not needed."
    ),
    (
      [
        "ValidationError", "ValidationException", "InvalidParameterException", "InvalidParameterValue",
        "InvalidParameterCombination", "MissingParameter", "MalformedQueryString", "InvalidNextToken",
        "InvalidParameters",
      ],
      "AWS does not accept the request as it is; its message says what.",
      "wanzami-deploy verify predicts the usual ones."
    ),
    (["InvalidUserData.Malformed"], "The user data is no base64, or is over 16 KB.", nil),
    (
      ["IdempotentParameterMismatch"], "The same client token was sent with another content before.",
      "Run it again: a new run has a new token."
    ),
    (
      [
        "AlreadyExists", "ImageAlreadyExistsException", "ImageTagAlreadyExistsException",
        "RepositoryAlreadyExistsException",
      ],
      "It exists already. A tag that may not be moved counts as pushed when it has the same digest.", nil
    ),
    (
      ["InvalidLaunchTemplateId.VersionNotFound"],
      "The launch template has no such version, or one that was created a moment ago is not visible yet.",
      "It is asked again for about two minutes."
    ),
    (
      ["InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateName.NotFoundException"],
      "The launch template does not exist in this region.", "Check the region and the account."
    ),
    (
      ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"], "The AMI does not exist any more, or is not ready.",
      "Set the template to an AMI that is there."
    ),
    (
      ["TargetGroupNotFound", "LoadBalancerNotFound"], "It does not exist in this region.",
      "Check the region and the account."
    ),
    (
      ["RepositoryNotFoundException", "ImageNotFoundException"], "ECR has no such repository or image.",
      "Check image.repository; a lifecycle policy may have expired the image."
    ),
    (
      ["InvocationDoesNotExist", "InvalidInstanceId"],
      "Systems Manager does not know the instance, or not yet the command: the agent is not registered.",
      "Give the instance profile AmazonSSMManagedInstanceCore, and see that the agent runs."
    ),
    (
      ["VcpuLimitExceeded", "InstanceLimitExceeded"], "The account's quota of vCPUs or instances is used up.",
      "Ask for a higher one: aws service-quotas request-service-quota-increase."
    ),
    (
      ["InsufficientInstanceCapacity"], "The zone has no capacity for the instance type at the moment.",
      "Wait, or give the group more zones or types."
    ),
    (["DryRunOperation"], "The request would have succeeded: it was only asked whether it would.", nil),
  ]
}

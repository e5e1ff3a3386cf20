/// The operations that the sandbox serves, by the service's name in a signature's scope. What is not here is refused,
/// whatever the faces know: so whoever adds an operation adds it here, and the tests then ask for its judge.
enum ServedOperations {
  static let all: [String: Set<String>] = [
    "sts": ["GetCallerIdentity", "AssumeRole", "AssumeRoleWithWebIdentity"],
    "ecr": [
      "GetAuthorizationToken", "DescribeRepositories", "BatchGetImage", "DescribeImages", "PutImage",
      "BatchDeleteImage", "DescribeImageScanFindings",
    ],
    "ec2": [
      "CreateLaunchTemplate", "CreateLaunchTemplateVersion", "ModifyLaunchTemplate", "DeleteLaunchTemplateVersions",
      "DescribeLaunchTemplates", "DescribeLaunchTemplateVersions", "DescribeInstances", "DescribeInstanceStatus",
      "DescribeInstanceTypes", "DescribeImages", "RunInstances", "GetConsoleOutput", "DescribeSecurityGroups",
      "DescribeAddresses", "DescribeSnapshots", "DescribeInstanceAttribute",
    ],
    "autoscaling": [
      "DescribeAutoScalingGroups", "DescribeInstanceRefreshes", "DescribeScalingActivities", "DescribeTags",
      "DescribeTrafficSources", "DescribeLifecycleHooks", "DescribeAutoScalingInstances", "DescribeWarmPool",
      "DescribePolicies", "StartInstanceRefresh", "CancelInstanceRefresh", "RollbackInstanceRefresh",
      "CreateAutoScalingGroup", "UpdateAutoScalingGroup", "SetDesiredCapacity", "TerminateInstanceInAutoScalingGroup",
      "CreateOrUpdateTags", "DeleteTags", "SuspendProcesses", "ResumeProcesses", "EnterStandby", "ExitStandby",
      "SetInstanceProtection",
    ],
    "elasticloadbalancing": [
      "DescribeTargetGroups", "DescribeTargetHealth", "DescribeTargetGroupAttributes", "DescribeLoadBalancers",
      "DescribeListeners",
    ],
    "monitoring": ["DescribeAlarms", "PutMetricAlarm", "SetAlarmState"],
    "ssm": ["SendCommand", "CancelCommand", "GetCommandInvocation", "DescribeInstanceInformation"],
    "sns": ["Publish"],
    "rds": ["DescribeDBInstances", "CreateDBSnapshot", "DescribeDBSnapshots"],
    "elasticache": ["DescribeCacheClusters", "DescribeCacheSubnetGroups"],
  ]

  static func has(_ operation: String, of service: String) -> Bool { all[service]?.contains(operation) == true }
}

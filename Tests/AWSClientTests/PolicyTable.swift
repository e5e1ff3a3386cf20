/// Why the policy grants each action that the program itself calls: the one table to extend with an operation. Rows that
/// are missing or too many fail `PolicyTests`, which say what to write where.
struct GrantedAction: Sendable {
  /// In IAM's words.
  var action: String
  /// Which commands cannot do without it.
  var commands: Set<String>
  var why: String

  private init(_ action: String, _ commands: Set<String>, _ why: String) {
    self.action = action
    self.commands = commands
    self.why = why
  }

  private static let any: Set<String> = [
    "release", "rollback", "resume", "plan", "verify", "status", "history", "init",
  ]
  private static let looking: Set<String> = ["verify"]
  private static let changing: Set<String> = ["release", "rollback", "resume"]

  static let all = [
    GrantedAction("autoscaling:DescribeAutoScalingGroups", any, "the group, its instances and its tags"),
    GrantedAction("autoscaling:DescribeInstanceRefreshes", any, "what is in flight, and how releases ended"),
    GrantedAction(
      "autoscaling:DescribeScalingActivities", changing, "why instances came and went: the verdict's causes"),
    GrantedAction("autoscaling:StartInstanceRefresh", changing, "the rollout, and the refresh back"),
    GrantedAction("autoscaling:RollbackInstanceRefresh", changing, "AWS's own rollback"),
    GrantedAction("autoscaling:CancelInstanceRefresh", changing, "a refresh that AWS would not lead back"),
    GrantedAction("autoscaling:UpdateAutoScalingGroup", ["release"], "pins a group that is on $Latest or $Default"),
    GrantedAction("autoscaling:CreateOrUpdateTags", changing, "the marks of what passed and what is in flight"),
    GrantedAction("autoscaling:DeleteTags", changing, "the in-flight mark goes when nothing is"),
    GrantedAction("cloudwatch:DescribeAlarms", any, "alarms must be OK at the start, and are watched"),
    GrantedAction("ec2:DescribeLaunchTemplates", any, "the template behind the group"),
    GrantedAction("ec2:DescribeLaunchTemplateVersions", any, "releases are versions"),
    GrantedAction("ec2:CreateLaunchTemplateVersion", ["release"], "a release is a new version"),
    GrantedAction("ec2:DescribeInstanceTypes", any, "which architecture the instances run"),
    GrantedAction(
      "ec2:DescribeImages", any,
      "whether the rollback's AMI still exists, and what it runs where the template names no instance type"),
    GrantedAction("ec2:GetConsoleOutput", changing, "evidence of an instance that fails"),
    GrantedAction("ecr:GetAuthorizationToken", any, "the registry's host, and the login to it"),
    GrantedAction("ecr:DescribeRepositories", any, "the repository's address, and whether its tags can be moved"),
    GrantedAction("ecr:BatchGetImage", ["release", "plan"], "which images are there, and that a push has arrived"),
    GrantedAction("ecr:DescribeImages", ["release", "plan"], "how old an image is"),
    GrantedAction("ecr:PutImage", ["release"], "gives an image that is there its commit's tag"),
    GrantedAction("ecr:DescribeImageScanFindings", ["release", "plan"], "image.blockOn waits for the scan"),
    GrantedAction("elasticloadbalancing:DescribeLoadBalancers", looking, "whether the load balancer is active"),
    GrantedAction("elasticloadbalancing:DescribeTargetGroups", any, "health-check settings"),
    GrantedAction("elasticloadbalancing:DescribeTargetGroupAttributes", any, "the deregistration delay"),
    GrantedAction("elasticloadbalancing:DescribeTargetHealth", any, "the verdict"),
    GrantedAction("sns:Publish", changing, "a notice to the topic of the pipeline file"),
    GrantedAction("ssm:SendCommand", changing, "the last lines of a failing container, and a hook on an instance"),
    GrantedAction("ssm:GetCommandInvocation", changing, "the last lines of a failing container, and of a hook"),
    GrantedAction("ssm:CancelCommand", changing, "stops a hook on an instance whose run was stopped"),
  ]
}

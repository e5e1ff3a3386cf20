/// Plays one table of calls, by boto3 or by the AWS CLI as `argv[1]` says, and compares each raw answer with what came
/// out of the parser. A step is: service, operation, input, and what must come of it: `None` for an answer, else the
/// error's code and HTTP status. An error that AWS's model of the service knows must have the model's status.
let judgeScript = #"""
  import base64, contextlib, io, json, sys, time, xml.etree.ElementTree as ET
  import botocore, botocore.config, botocore.session

  judge = sys.argv[1]
  GROUP, TEMPLATE = "wanzami-api", "wanzami-api"
  findings, seen = [], {"answered": set(), "refused": set(), "unsigned": set()}
  # Answers that say nothing but that it was done, or are empty in this world.
  SILENT = {"DeleteTags", "CreateOrUpdateTags", "UpdateAutoScalingGroup", "SetDesiredCapacity", "SuspendProcesses",
            "ResumeProcesses", "SetInstanceProtection", "CreateAutoScalingGroup", "EnterStandby", "ExitStandby",
            "DescribePolicies", "DescribeWarmPool", "PutMetricAlarm", "SetAlarmState", "CancelCommand"}
  SCOPES = {"elbv2": "elasticloadbalancing", "cloudwatch": "monitoring"}


  def leaves(value):
      if isinstance(value, dict):
          return sum(leaves(inner) for inner in value.values())
      if isinstance(value, list):
          return sum(leaves(inner) for inner in value)
      return 0 if value in ("", None) else 1


  def texts(node):
      return sum(texts(child) for child in node) if len(node) else 1 if (node.text or "").strip() else 0


  def sent_leaves(body):
      if body.lstrip().startswith(b"{"):
          return leaves(json.loads(body))
      root = ET.fromstring(body)
      for metadata in ("ResponseMetadata", "requestId"):
          for node in root.findall(metadata):
              root.remove(node)
      return texts(root)


  class Boto3:
      """Calls by botocore's clients, which are boto3's."""

      def __init__(self, secret=None, protocol=None):
          self.session = botocore.session.get_session()
          if secret:
              self.session.set_credentials(self.session.get_credentials().access_key, secret)
          self.clients = {}
          if protocol:
              # CloudWatch speaks several; botocore takes the newest that it knows.
              model = self.session.get_component("data_loader").load_service_model("cloudwatch", "service-2")
              model["metadata"].update(protocol=protocol, protocols=[protocol])

      def client(self, service, unsigned):
          if (service, unsigned) not in self.clients:
              config = botocore.config.Config(
                  signature_version=botocore.UNSIGNED if unsigned else None, retries={"total_max_attempts": 1})
              client = self.session.create_client(service, config=config)
              client.meta.events.register("after-call", self.after)
              self.clients[service, unsigned] = client
          return self.clients[service, unsigned]

      def after(self, http_response, parsed, **_):
          self.answers.append((http_response.status_code, http_response.content, parsed))

      def call(self, service, operation, members):
          self.answers = []
          client = self.client(service, operation == "AssumeRoleWithWebIdentity")
          try:
              parsed = getattr(client, botocore.xform_name(operation))(**members)
              parsed.pop("ResponseMetadata")
              return parsed
          except client.exceptions.ClientError:
              return None


  class CommandLine:
      """Calls by the AWS CLI's own entry, in this process; what it prints is what it understood."""

      def __init__(self, secret=None):
          self.signing, self.unsigned = self.driver(), self.driver()
          if secret:
              self.signing.session.set_credentials(self.signing.session.get_credentials().access_key, secret)

      def driver(self):
          import awscli.clidriver
          driver = awscli.clidriver.create_clidriver()
          driver.session.register("after-call", self.after)
          return driver

      def after(self, http_response, parsed, **_):
          self.answers.append((http_response.status_code, http_response.content, parsed))

      def call(self, service, operation, members):
          self.answers = []
          words = [service, botocore.xform_name(operation, "-"), "--cli-input-json", json.dumps(members),
                   "--output", "json"]
          driver = self.signing
          if operation == "AssumeRoleWithWebIdentity":
              # The AWS CLI does not sign again once it did not.
              words.append("--no-sign-request")
              driver = self.unsigned
          out, err = io.StringIO(), io.StringIO()
          with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
              status = driver.main(words)
          if status == 0:
              return json.loads(out.getvalue() or "{}")
          if not self.answers:
              raise Exception(f"the AWS CLI sent nothing: {err.getvalue()}")
          code = self.answers[-1][2].get("Error", {}).get("Code")
          if f"({code})" not in err.getvalue():
              findings.append(f"{service} {operation}: the AWS CLI says {err.getvalue().strip()!r}, not {code}")
          return None


  models = botocore.session.get_session()


  def check_code(name, service, code, status):
      model = models.get_service_model(service)
      for shape in model.error_shapes:
          if code in (shape.error_code, shape.name):
              wanted = shape.metadata.get("error", {}).get("httpStatusCode")
              if wanted and wanted != status:
                  findings.append(f"{name}: {code} came with HTTP {status}, AWS's model says {wanted}")


  def step(caller, service, operation, members, refusal=None, kind=None):
      scope = f"{SCOPES.get(service, service)} {operation}"
      name = f"{scope} {json.dumps(members)[:80]}"
      try:
          parsed = caller.call(service, operation, members)
      except Exception as error:
          findings.append(f"{name}: {type(error).__name__}: {error}")
          return {}
      status, body, understood = caller.answers[-1]
      if parsed is None:
          code = understood.get("Error", {}).get("Code")
          if not understood.get("ResponseMetadata", {}).get("RequestId"):
              findings.append(f"{name}: an error without a request id: {body!r}")
          if not understood.get("Error", {}).get("Message"):
              findings.append(f"{name}: an error without words: {body!r}")
          if (code, status) != refusal:
              findings.append(f"{name}: {code} with HTTP {status}, expected {refusal}: {body!r}")
          else:
              check_code(name, service, code, status)
              seen[kind or "refused"].add(scope)
          return {}
      if refusal:
          findings.append(f"{name}: answered, expected {refusal}")
          return parsed
      sent, found = sum(sent_leaves(body) for _, body, _ in caller.answers), leaves(parsed)
      if status != 200 or sent != found:
          findings.append(f"{name}: HTTP {status}, parsed {found} of {sent} values: {body!r} as {parsed!r}")
      elif sent == 0 and operation not in SILENT:
          findings.append(f"{name}: the answer is empty")
      else:
          seen["answered"].add(scope)
      return parsed


  def until(what, ready):
      deadline = time.monotonic() + 60
      while not ready():
          if time.monotonic() > deadline:
              findings.append(f"not within a minute: {what}")
              return
          time.sleep(0.05)


  def token(**claims):
      part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
      return ".".join([part({"alg": "none"}), part(claims), part("signature")])


  looker = Boto3()


  def group():
      found = looker.call("autoscaling", "DescribeAutoScalingGroups", {"AutoScalingGroupNames": [GROUP]})
      return found["AutoScalingGroups"][0]


  def newest_refresh():
      return looker.call("autoscaling", "DescribeInstanceRefreshes", {"AutoScalingGroupName": GROUP})[
          "InstanceRefreshes"][0]["Status"]


  ENDED = {"Successful", "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed"}
  NO_GROUP = ("ValidationError", 400)
  ROLE = "arn:aws:iam::123456789012:role/deployer"


  def identity(do):
      do("sts", "GetCallerIdentity", {})
      do("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "ci", "ExternalId": "a:b/c",
                               "DurationSeconds": 3600})
      do("sts", "AssumeRole", {"RoleArn": "arn:aws:s3:::not-a-role", "RoleSessionName": "ci"}, ("ValidationError", 400))
      web = {"RoleArn": ROLE, "RoleSessionName": "ci"}
      good = token(iss="https://ci.example", sub="repo:a/b", aud="sts.amazonaws.com", exp=time.time() + 600)
      do("sts", "AssumeRoleWithWebIdentity", {**web, "WebIdentityToken": good})
      do("sts", "AssumeRoleWithWebIdentity", {**web, "WebIdentityToken": "nonsense"}, ("InvalidIdentityToken", 400))
      do("sts", "AssumeRoleWithWebIdentity", {**web, "WebIdentityToken": token(sub="x", exp=1)},
         ("ExpiredTokenException", 400))


  def images(do):
      manifest = {"repositoryName": GROUP, "imageTag": "v1", "imageManifest": '{"schemaVersion":2}'}
      do("ecr", "GetAuthorizationToken", {})
      do("ecr", "DescribeRepositories", {"repositoryNames": [GROUP]})
      do("ecr", "DescribeRepositories", {"repositoryNames": ["none"]}, ("RepositoryNotFoundException", 400))
      do("ecr", "PutImage", manifest)
      do("ecr", "PutImage", manifest, ("ImageAlreadyExistsException", 400))
      do("ecr", "PutImage", {**manifest, "imageTag": "v2", "imageDigest": "sha256:" + "0" * 64},
         ("ImageDigestDoesNotMatchException", 400))
      do("ecr", "BatchGetImage", {"repositoryName": GROUP, "imageIds": [{"imageTag": "v1"}, {"imageTag": "gone"}]})
      do("ecr", "BatchGetImage", {"repositoryName": "none", "imageIds": [{"imageTag": "v1"}]},
         ("RepositoryNotFoundException", 400))
      do("ecr", "DescribeImages", {"repositoryName": GROUP})
      do("ecr", "DescribeImages", {"repositoryName": GROUP, "imageIds": [{"imageTag": "gone"}]},
         ("ImageNotFoundException", 400))
      do("ecr", "DescribeImageScanFindings", {"repositoryName": GROUP, "imageId": {"imageTag": "v1"}})
      do("ecr", "DescribeImageScanFindings", {"repositoryName": GROUP, "imageId": {"imageTag": "gone"}},
         ("ImageNotFoundException", 400))
      do("ecr", "PutImage", {**manifest, "imageTag": "v1-2"})
      do("ecr", "BatchDeleteImage", {"repositoryName": GROUP, "imageIds": [{"imageTag": "v1-2"}, {"imageTag": "gone"}]})
      digest = do("ecr", "DescribeImages", {"repositoryName": GROUP})["imageDetails"][0]["imageDigest"]
      do("ecr", "BatchDeleteImage", {"repositoryName": GROUP, "imageIds": [{"imageDigest": digest}]})
      do("ecr", "BatchDeleteImage", {"repositoryName": "none", "imageIds": [{"imageDigest": digest}]},
         ("RepositoryNotFoundException", 400))


  def templates(do):
      by_name = {"LaunchTemplateName": TEMPLATE}
      data = {"ImageId": "ami-0a1b2c3d4e5f60718", "InstanceType": "t4g.small"}
      tagged = {"UserData": base64.b64encode("#!/bin/sh\necho ä\n".encode()).decode(), "TagSpecifications": [
          {"ResourceType": "instance", "Tags": [{"Key": "k", "Value": "a <b> & \"c\""}]}]}
      do("ec2", "CreateLaunchTemplate", {"LaunchTemplateName": "other", "LaunchTemplateData": data})
      do("ec2", "CreateLaunchTemplate", {"LaunchTemplateName": "other", "LaunchTemplateData": data},
         ("InvalidLaunchTemplateName.AlreadyExistsException", 400))
      do("ec2", "CreateLaunchTemplateVersion",
         {**by_name, "SourceVersion": "1", "VersionDescription": "a <b> & \"c\"", "ClientToken": "token-1",
          "LaunchTemplateData": tagged})
      do("ec2", "CreateLaunchTemplateVersion", {**by_name, "SourceVersion": "99", "LaunchTemplateData": tagged},
         ("InvalidLaunchTemplateId.VersionNotFound", 400))
      do("ec2", "ModifyLaunchTemplate", {"LaunchTemplateName": "other", "DefaultVersion": "1"})
      do("ec2", "ModifyLaunchTemplate", {"LaunchTemplateName": "other", "DefaultVersion": "99"},
         ("InvalidLaunchTemplateId.VersionNotFound", 400))
      do("ec2", "DescribeLaunchTemplates", {})
      do("ec2", "DescribeLaunchTemplates", {"LaunchTemplateNames": ["none"]},
         ("InvalidLaunchTemplateName.NotFoundException", 400))
      do("ec2", "DescribeLaunchTemplateVersions", by_name)
      do("ec2", "DescribeLaunchTemplateVersions", {**by_name, "Versions": ["99"]},
         ("InvalidLaunchTemplateId.VersionNotFound", 400))
      do("ec2", "DeleteLaunchTemplateVersions", {"LaunchTemplateName": "other", "Versions": ["1", "99"]})
      do("ec2", "DeleteLaunchTemplateVersions", {"LaunchTemplateName": "none", "Versions": ["1"]},
         ("InvalidLaunchTemplateName.NotFoundException", 400))
      do("ec2", "RunInstances", {"MinCount": 1, "MaxCount": 1, "DryRun": True, "LaunchTemplate": {
          "LaunchTemplateName": TEMPLATE, "Version": "1"}}, ("DryRunOperation", 412))


  def instances(do):
      instance, gone = group()["Instances"][0]["InstanceId"], "i-00000000000000000"
      do("ec2", "DescribeInstances", {"InstanceIds": [instance]})
      do("ec2", "DescribeInstances", {"InstanceIds": [gone]}, ("InvalidInstanceID.NotFound", 400))
      do("ec2", "DescribeInstanceStatus", {})
      do("ec2", "DescribeInstanceStatus", {"InstanceIds": [gone]}, ("InvalidInstanceID.NotFound", 400))
      do("ec2", "DescribeInstanceTypes", {"InstanceTypes": ["t4g.small", "t3.small"]})
      do("ec2", "DescribeInstanceTypes", {"InstanceTypes": ["t0.none"]}, ("InvalidInstanceType", 400))
      do("ec2", "DescribeImages", {})
      do("ec2", "DescribeImages", {"ImageIds": ["ami-00000000000000000"]}, ("InvalidAMIID.NotFound", 400))
      do("ec2", "GetConsoleOutput", {"InstanceId": instance, "Latest": True})
      do("ec2", "GetConsoleOutput", {"InstanceId": gone}, ("InvalidInstanceID.NotFound", 400))
      sent = do("ssm", "SendCommand", {"InstanceIds": [instance], "DocumentName": "AWS-RunShellScript",
                                       "Comment": "c", "Parameters": {"commands": ["docker ps"]}})
      do("ssm", "SendCommand", {"InstanceIds": [instance], "DocumentName": "None"}, ("InvalidDocument", 400))
      do("ssm", "SendCommand", {"InstanceIds": [gone], "DocumentName": "AWS-RunShellScript", "Parameters": {
          "commands": ["true"]}}, ("InvalidInstanceId", 400))
      command = sent["Command"]["CommandId"]
      asked = {"CommandId": command, "InstanceId": instance}
      until("the command ended", lambda: looker.call("ssm", "GetCommandInvocation", asked)["Status"] == "Failed")
      do("ssm", "GetCommandInvocation", asked)
      do("ssm", "GetCommandInvocation", {**asked, "InstanceId": gone}, ("InvocationDoesNotExist", 400))
      do("ssm", "CancelCommand", {"CommandId": asked["CommandId"]})
      do("ssm", "CancelCommand", {"CommandId": "11111111-2222-3333-4444-555555555555"}, ("InvalidCommandId", 400))
      topic = "arn:aws:sns:eu-north-1:123456789012:releases"
      do("sns", "Publish", {"TopicArn": topic, "Subject": "s", "Message": "m & <n>"})
      do("sns", "Publish", {"TopicArn": topic.replace("123456789012", "210987654321"), "Message": "m"}, ("NotFound", 404))
      do("ssm", "DescribeInstanceInformation", {})
      do("ssm", "DescribeInstanceInformation", {"Filters": [{"Key": "InstanceIds", "Values": [instance]}]})
      do("ssm", "DescribeInstanceInformation", {"NextToken": "none"}, ("InvalidNextToken", 400))


  def protection(do):
      instance, gone = group()["Instances"][0]["InstanceId"], "i-00000000000000000"
      by = lambda name, value: {"Filters": [{"Name": name, "Values": [value]}]}
      do("ec2", "DescribeSecurityGroups", {})
      do("ec2", "DescribeSecurityGroups", by("group-id", "sg-00000001"))
      do("ec2", "DescribeSecurityGroups", {"GroupIds": ["sg-99999999"]}, ("InvalidGroup.NotFound", 400))
      do("ec2", "DescribeAddresses", by("instance-id", instance))
      do("ec2", "DescribeAddresses", {"PublicIps": ["192.0.2.1"]}, ("InvalidAddress.NotFound", 400))
      do("ec2", "DescribeSnapshots", by("volume-id", "vol-" + instance[2:]))
      do("ec2", "DescribeSnapshots", {"SnapshotIds": ["snap-00000000"]}, ("InvalidSnapshot.NotFound", 400))
      do("ec2", "DescribeInstanceAttribute", {"InstanceId": instance, "Attribute": "userData"})
      do("ec2", "DescribeInstanceAttribute", {"InstanceId": gone, "Attribute": "userData"},
         ("InvalidInstanceID.NotFound", 400))
      do("rds", "DescribeDBInstances", {})
      do("rds", "DescribeDBInstances", {"DBInstanceIdentifier": "none"}, ("DBInstanceNotFound", 404))
      make = {"DBInstanceIdentifier": "web", "DBSnapshotIdentifier": "web-1", "Tags": [{"Key": "k", "Value": "v <&>"}]}
      do("rds", "CreateDBSnapshot", make)
      do("rds", "CreateDBSnapshot", make, ("DBSnapshotAlreadyExists", 400))
      do("rds", "CreateDBSnapshot", {**make, "DBInstanceIdentifier": "none"}, ("DBInstanceNotFound", 404))
      do("rds", "CreateDBSnapshot", {"DBInstanceIdentifier": "asleep", "DBSnapshotIdentifier": "x"},
         ("InvalidDBInstanceState", 400))
      do("rds", "DescribeDBSnapshots", {"DBSnapshotIdentifier": "web-1"})
      do("rds", "DescribeDBSnapshots", {"DBSnapshotIdentifier": "none"}, ("DBSnapshotNotFound", 404))
      do("elasticache", "DescribeCacheClusters", {})
      do("elasticache", "DescribeCacheClusters", {"CacheClusterId": "none"}, ("CacheClusterNotFound", 404))
      do("elasticache", "DescribeCacheSubnetGroups", {})
      do("elasticache", "DescribeCacheSubnetGroups", {"CacheSubnetGroupName": "none"},
         ("CacheSubnetGroupNotFoundFault", 400))


  def balancing(do):
      arn, none = group()["TargetGroupARNs"][0], "arn:aws:elasticloadbalancing:eu-north-1:1:targetgroup/none/1"
      for operation in ("DescribeTargetHealth", "DescribeTargetGroupAttributes"):
          do("elbv2", operation, {"TargetGroupArn": arn})
          do("elbv2", operation, {"TargetGroupArn": none}, ("TargetGroupNotFound", 400))
      do("elbv2", "DescribeTargetGroups", {})
      do("elbv2", "DescribeTargetGroups", {"Names": ["none"]}, ("TargetGroupNotFound", 400))
      do("elbv2", "DescribeLoadBalancers", {})
      do("elbv2", "DescribeLoadBalancers", {"Names": ["none"]}, ("LoadBalancerNotFound", 400))
      balancer = looker.call("elbv2", "DescribeLoadBalancers", {})["LoadBalancers"][0]["LoadBalancerArn"]
      do("elbv2", "DescribeListeners", {"LoadBalancerArn": balancer})
      do("elbv2", "DescribeListeners", {"LoadBalancerArn": balancer[:-1] + "0"}, ("LoadBalancerNotFound", 400))


  def alarms(do):
      do("cloudwatch", "PutMetricAlarm", {
          "AlarmName": "latency", "Namespace": "N", "MetricName": "M", "Period": 60, "EvaluationPeriods": 1,
          "Threshold": 1.5, "ComparisonOperator": "GreaterThanThreshold", "Statistic": "Sum",
          "Dimensions": [{"Name": "D", "Value": "v <&>"}], "AlarmActions": ["arn:aws:sns:eu-north-1:1:topic"]})
      do("cloudwatch", "SetAlarmState", {"AlarmName": "latency", "StateValue": "ALARM", "StateReason": "a <b>"})
      do("cloudwatch", "SetAlarmState", {"AlarmName": "none", "StateValue": "OK", "StateReason": "x"},
         ("ResourceNotFound", 404))
      do("cloudwatch", "DescribeAlarms", {"AlarmNames": ["latency", "errors"]})
      do("cloudwatch", "DescribeAlarms", {"NextToken": "none"}, ("InvalidNextToken", 400))


  def groups(do):
      of = {"AutoScalingGroupName": GROUP}
      none = {"AutoScalingGroupName": "none"}
      for operation in ("DescribeAutoScalingGroups", "DescribeTags", "DescribeAutoScalingInstances"):
          do("autoscaling", operation, {})
          do("autoscaling", operation, {"NextToken": "none"}, ("InvalidNextToken", 400))
      for operation in ("DescribeScalingActivities", "DescribeTrafficSources", "DescribeLifecycleHooks",
                        "DescribeWarmPool"):
          do("autoscaling", operation, of)
          do("autoscaling", operation, none, NO_GROUP)
      do("autoscaling", "DescribePolicies", of)
      do("autoscaling", "DescribePolicies", none, NO_GROUP)
      tag = {"ResourceType": "auto-scaling-group", "Key": "k"}
      for operation in ("CreateOrUpdateTags", "DeleteTags"):
          value = {"Value": "v <&>", "PropagateAtLaunch": False} if operation == "CreateOrUpdateTags" else {}
          do("autoscaling", operation, {"Tags": [{**tag, **value, "ResourceId": GROUP}]})
          do("autoscaling", operation, {"Tags": [{**tag, **value, "ResourceId": "none"}]}, NO_GROUP)
      made = {"AutoScalingGroupName": "other", "MinSize": 0, "MaxSize": 1, "DesiredCapacity": 0,
              "LaunchTemplate": {"LaunchTemplateName": TEMPLATE, "Version": "1"},
              "AvailabilityZones": ["eu-north-1a"]}
      do("autoscaling", "CreateAutoScalingGroup", made)
      do("autoscaling", "CreateAutoScalingGroup", made, ("AlreadyExists", 400))
      do("autoscaling", "UpdateAutoScalingGroup", {**of, "MaxSize": 6})
      do("autoscaling", "UpdateAutoScalingGroup", none, NO_GROUP)
      do("autoscaling", "SetDesiredCapacity", {**of, "DesiredCapacity": 3})
      do("autoscaling", "SetDesiredCapacity", {**of, "DesiredCapacity": 99}, NO_GROUP)
      for operation in ("SuspendProcesses", "ResumeProcesses"):
          do("autoscaling", operation, {**of, "ScalingProcesses": ["AZRebalance"]})
          do("autoscaling", operation, none, NO_GROUP)
      until("three in service", lambda: sum(
          i["LifecycleState"] == "InService" for i in group()["Instances"]) == 3)
      first = group()["Instances"][0]["InstanceId"]
      change = {"InstanceIds": [first], **of}
      gone = {"InstanceIds": ["i-00000000000000000"], **of}
      do("autoscaling", "SetInstanceProtection", {**change, "ProtectedFromScaleIn": False})
      do("autoscaling", "SetInstanceProtection", {**gone, "ProtectedFromScaleIn": False}, NO_GROUP)
      do("autoscaling", "EnterStandby", {**gone, "ShouldDecrementDesiredCapacity": True}, NO_GROUP)
      do("autoscaling", "EnterStandby", {**change, "ShouldDecrementDesiredCapacity": True})
      do("autoscaling", "ExitStandby", gone, NO_GROUP)
      do("autoscaling", "ExitStandby", change)
      do("autoscaling", "TerminateInstanceInAutoScalingGroup",
         {"InstanceId": first, "ShouldDecrementDesiredCapacity": True})
      do("autoscaling", "TerminateInstanceInAutoScalingGroup",
         {"InstanceId": "i-00000000000000000", "ShouldDecrementDesiredCapacity": True}, NO_GROUP)


  def refreshes(do):
      of = {"AutoScalingGroupName": GROUP}
      until("two in service", lambda: [i["LifecycleState"] for i in group()["Instances"]] == ["InService"] * 2)
      start = {**of, "Strategy": "Rolling", "DesiredConfiguration": {"LaunchTemplate": {
          "LaunchTemplateName": TEMPLATE, "Version": "2"}}, "Preferences": {
          "MinHealthyPercentage": 100, "MaxHealthyPercentage": 150, "InstanceWarmup": 60, "AutoRollback": True,
          "ScaleInProtectedInstances": "Ignore", "StandbyInstances": "Ignore", "CheckpointPercentages": [50, 100],
          "CheckpointDelay": 600, "BakeTime": 600, "AlarmSpecification": {"Alarms": ["errors"]}}}
      for operation in ("CancelInstanceRefresh", "RollbackInstanceRefresh"):
          do("autoscaling", operation, of, ("ActiveInstanceRefreshNotFound", 400))
      for ending in ("CancelInstanceRefresh", "RollbackInstanceRefresh"):
          do("autoscaling", "StartInstanceRefresh", start)
          do("autoscaling", "StartInstanceRefresh", start, ("InstanceRefreshInProgress", 400))
          do("autoscaling", "DescribeInstanceRefreshes", of)
          do("autoscaling", ending, of)
          do("autoscaling", "DescribeInstanceRefreshes", of)
          until("the refresh ended", lambda: newest_refresh() in ENDED)
      do("autoscaling", "DescribeInstanceRefreshes", {**of, "NextToken": "none"}, ("InvalidNextToken", 400))
      do("autoscaling", "StartInstanceRefresh", {"AutoScalingGroupName": "none"}, NO_GROUP)
      do("autoscaling", "DescribeScalingActivities", of)


  # Each of these inputs is complete, so that nothing but the signature is refused.
  called = {}


  def by(caller):
      def do(service, operation, members, refusal=None):
          called[service, operation] = members
          return step(caller, service, operation, members, refusal)
      return do


  make = Boto3 if judge == "boto3" else CommandLine
  do = by(make())
  parts = [(part, do) for part in (identity, images, templates, instances, protection, balancing, alarms, groups, refreshes)]
  for part, do in parts + [(alarms, by(Boto3(protocol="query")))]:
      try:
          part(do)
      except Exception as error:
          findings.append(f"{part.__name__}: {type(error).__name__}: {error}")

  # AssumeRoleWithWebIdentity is not signed; a wrong token is its wrong secret.
  seen["unsigned"].add("sts AssumeRoleWithWebIdentity")
  wrong = make("wrong-secret-wrong-secret-wrong-secret-00")
  for (service, operation), members in called.items():
      if operation != "AssumeRoleWithWebIdentity":
          refusal = {"ec2": ("AuthFailure", 401), "ecr": ("InvalidSignatureException", 400),
                     "ssm": ("InvalidSignatureException", 400), "cloudwatch": ("InvalidSignatureException", 400)
                     }.get(service, ("SignatureDoesNotMatch", 403))
          step(wrong, service, operation, members, refusal, kind="unsigned")

  print(json.dumps({key: sorted(value) for key, value in seen.items()} | {"findings": findings}))
  """#

#!/usr/bin/env bash
# What `wanzami-deploy status` asks, asked by the AWS CLI, as in an operator's script.
#
#   bench/status.sh GROUP
set -euo pipefail
group=$1

read -r template version <<<"$(aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "$group" \
  --query 'AutoScalingGroups[0].LaunchTemplate.[LaunchTemplateId,Version]' --output text)"
target_group=$(aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "$group" \
  --query 'AutoScalingGroups[0].TargetGroupARNs[0]' --output text)
aws autoscaling describe-instance-refreshes --auto-scaling-group-name "$group" \
  --query 'InstanceRefreshes[0].[Status,PercentageComplete]' --output text
aws elbv2 describe-target-groups --target-group-arns "$target_group" \
  --query 'TargetGroups[0].HealthCheckPath' --output text
aws elbv2 describe-target-group-attributes --target-group-arn "$target_group" --output text >/dev/null
aws elbv2 describe-target-health --target-group-arn "$target_group" \
  --query 'TargetHealthDescriptions[].[Target.Id,TargetHealth.State,TargetHealth.Reason]' --output text
aws ec2 describe-launch-templates --launch-template-ids "$template" \
  --query 'LaunchTemplates[0].LatestVersionNumber' --output text
type=$(aws ec2 describe-launch-template-versions --launch-template-id "$template" --versions "$version" \
  --query 'LaunchTemplateVersions[0].LaunchTemplateData.InstanceType' --output text)
aws ec2 describe-instance-types --instance-types "$type" \
  --query 'InstanceTypes[0].ProcessorInfo.SupportedArchitectures' --output text
aws ecr describe-repositories --repository-names wanzami-api \
  --query 'repositories[0].repositoryUri' --output text

#!/usr/bin/env bash
# The usual script of a CI job around docker and the AWS CLI: what wanzami-deploy is measured beside. It is written as
# people write it, with AWS's own AutoRollback and a poll each 15 seconds (POLL).
#
#   GROUP=wanzami-api REPOSITORY=123456789012.dkr.ecr.eu-north-1.amazonaws.com/wanzami-api bench/release.sh
#
# Started in the checked-out repository. WATCH=targets also looks at target health with each poll, and asks for the
# rollback at the first unhealthy target: more than most do, for AutoRollback alone acts when the refresh has failed.
set -euo pipefail

image=$REPOSITORY:$(git rev-parse HEAD)

aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY%%/*}"
docker build --tag "$image" backend
docker push "$image"

template=$(aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "$GROUP" \
  --query 'AutoScalingGroups[0].LaunchTemplate.LaunchTemplateId' --output text)
user_data=$(aws ec2 describe-launch-template-versions --launch-template-id "$template" --versions '$Latest' \
  --query 'LaunchTemplateVersions[0].LaunchTemplateData.UserData' --output text |
  base64 --decode | sed -E "s#${REPOSITORY}[:@][^ ]+#$image#g" | base64 --wrap 0)
version=$(aws ec2 create-launch-template-version --launch-template-id "$template" --source-version '$Latest' \
  --launch-template-data "{\"UserData\":\"$user_data\"}" \
  --query 'LaunchTemplateVersion.VersionNumber' --output text)
aws autoscaling start-instance-refresh --auto-scaling-group-name "$GROUP" \
  --desired-configuration "{\"LaunchTemplate\":{\"LaunchTemplateId\":\"$template\",\"Version\":\"$version\"}}" \
  --preferences '{"MinHealthyPercentage":100,"MaxHealthyPercentage":150,"InstanceWarmup":1,"AutoRollback":true}'
target_group=$(aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "$GROUP" \
  --query 'AutoScalingGroups[0].TargetGroupARNs[0]' --output text)

while true; do
  status=$(aws autoscaling describe-instance-refreshes --auto-scaling-group-name "$GROUP" \
    --query 'InstanceRefreshes[0].Status' --output text)
  echo "instance refresh: $status"
  case $status in
    Successful) exit 0 ;;
    Failed | Cancelled | Rollback*) exit 1 ;;
  esac
  if [ "${WATCH:-}" = targets ]; then
    unhealthy=$(aws elbv2 describe-target-health --target-group-arn "$target_group" \
      --query 'length(TargetHealthDescriptions[?TargetHealth.State==`unhealthy`])' --output text)
    if [ "$unhealthy" -gt 0 ]; then
      aws autoscaling rollback-instance-refresh --auto-scaling-group-name "$GROUP"
      exit 1
    fi
  fi
  sleep "${POLL:-15}"
done

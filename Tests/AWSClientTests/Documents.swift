/// Answers in the form of the API references' samples.
enum Documents {
  static let group = """
    <DescribeAutoScalingGroupsResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">
      <DescribeAutoScalingGroupsResult><AutoScalingGroups><member>
        <AutoScalingGroupName>wanzami-api</AutoScalingGroupName>
        <AutoScalingGroupARN>arn:aws:autoscaling:eu-north-1:1:autoScalingGroup:u:autoScalingGroupName/wanzami-api</AutoScalingGroupARN>
        <MinSize>2</MinSize><MaxSize>4</MaxSize><DesiredCapacity>2</DesiredCapacity>
        <LaunchTemplate><LaunchTemplateId>lt-1</LaunchTemplateId><LaunchTemplateName>wanzami-api</LaunchTemplateName>
          <Version>41</Version></LaunchTemplate>
        <DefaultInstanceWarmup>30</DefaultInstanceWarmup>
        <HealthCheckType>EC2,ELB</HealthCheckType><HealthCheckGracePeriod>60</HealthCheckGracePeriod>
        <TargetGroupARNs><member>arn:tg/a</member></TargetGroupARNs>
        <TrafficSources>
          <member><Identifier>arn:tg/a</Identifier><Type>elbv2</Type></member>
          <member><Identifier>arn:tg/b</Identifier><Type>elbv2</Type></member>
          <member><Identifier>classic</Identifier><Type>elb</Type></member>
        </TrafficSources>
        <SuspendedProcesses><member><ProcessName>AZRebalance</ProcessName>
          <SuspensionReason>User suspended at 2026-01-01T00:00:00Z</SuspensionReason></member></SuspendedProcesses>
        <InstanceMaintenancePolicy><MinHealthyPercentage>100</MinHealthyPercentage>
          <MaxHealthyPercentage>150</MaxHealthyPercentage></InstanceMaintenancePolicy>
        <Instances><member><InstanceId>i-1</InstanceId><LifecycleState>InService</LifecycleState>
          <HealthStatus>Healthy</HealthStatus><AvailabilityZone>eu-north-1a</AvailabilityZone>
          <InstanceType>t4g.small</InstanceType><ProtectedFromScaleIn>true</ProtectedFromScaleIn>
          <WeightedCapacity>2</WeightedCapacity>
          <LaunchTemplate><LaunchTemplateId>lt-1</LaunchTemplateId><Version>41</Version></LaunchTemplate></member></Instances>
        <Tags><member><Key>wanzami-deploy:passed</Key><Value>41 40</Value>
          <PropagateAtLaunch>false</PropagateAtLaunch></member></Tags>
        <CreatedTime>2025-01-02T03:04:05.678Z</CreatedTime>
      </member></AutoScalingGroups></DescribeAutoScalingGroupsResult>
      <ResponseMetadata><RequestId>x</RequestId></ResponseMetadata>
    </DescribeAutoScalingGroupsResponse>
    """

  static let mixedGroup = """
    <DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>
      <AutoScalingGroupName>web</AutoScalingGroupName><MinSize>2</MinSize><MaxSize>4</MaxSize>
      <DesiredCapacity>2</DesiredCapacity>
      <MixedInstancesPolicy>
        <LaunchTemplate>
          <LaunchTemplateSpecification><LaunchTemplateId>lt-1</LaunchTemplateId>
            <LaunchTemplateName>web</LaunchTemplateName><Version>41</Version></LaunchTemplateSpecification>
          <Overrides>
            <member><InstanceType>t4g.small</InstanceType><WeightedCapacity>1</WeightedCapacity></member>
            <member><WeightedCapacity>2</WeightedCapacity><InstanceRequirements>
              <VCpuCount><Min>2</Min></VCpuCount><CpuManufacturers><member>intel</member></CpuManufacturers>
              <ExcludedInstanceTypes/></InstanceRequirements></member>
          </Overrides>
        </LaunchTemplate>
        <InstancesDistribution><OnDemandBaseCapacity>1</OnDemandBaseCapacity>
          <SpotAllocationStrategy>price-capacity-optimized</SpotAllocationStrategy><SpotMaxPrice></SpotMaxPrice>
        </InstancesDistribution>
      </MixedInstancesPolicy>
    </member></AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>
    """

  static let refreshes = """
    <DescribeInstanceRefreshesResponse><DescribeInstanceRefreshesResult><InstanceRefreshes>
      <member><InstanceRefreshId>r-2</InstanceRefreshId><AutoScalingGroupName>web</AutoScalingGroupName>
        <Status>RollbackInProgress</Status><StatusReason>waiting</StatusReason>
        <StartTime>2026-01-02T03:04:05Z</StartTime><PercentageComplete>40</PercentageComplete>
        <InstancesToUpdate>1</InstancesToUpdate>
        <ProgressDetails><LivePoolProgress><PercentageComplete>100</PercentageComplete>
          <InstancesToUpdate>0</InstancesToUpdate></LivePoolProgress>
          <WarmPoolProgress><PercentageComplete>0</PercentageComplete><InstancesToUpdate>3</InstancesToUpdate>
          </WarmPoolProgress></ProgressDetails>
        <DesiredConfiguration><LaunchTemplate><LaunchTemplateId>lt-1</LaunchTemplateId><Version>42</Version>
          </LaunchTemplate></DesiredConfiguration>
        <Preferences><MinHealthyPercentage>100</MinHealthyPercentage><AutoRollback>true</AutoRollback>
          <CheckpointPercentages><member>50</member><member>100</member></CheckpointPercentages>
          <AlarmSpecification><Alarms><member>5xx</member></Alarms></AlarmSpecification><BakeTime>60</BakeTime></Preferences>
        <RollbackDetails><RollbackReason>Alarm 5xx</RollbackReason>
          <RollbackStartTime>2026-01-02T03:05:05Z</RollbackStartTime>
          <PercentageCompleteOnRollback>50</PercentageCompleteOnRollback>
          <ProgressDetailsOnRollback><WarmPoolProgress><InstancesToUpdate>2</InstancesToUpdate></WarmPoolProgress>
          </ProgressDetailsOnRollback></RollbackDetails></member>
      <member><InstanceRefreshId>r-1</InstanceRefreshId><AutoScalingGroupName>web</AutoScalingGroupName>
        <Status>Successful</Status></member>
    </InstanceRefreshes></DescribeInstanceRefreshesResult></DescribeInstanceRefreshesResponse>
    """

  static let launchTemplateVersion = """
    <launchTemplateId>lt-1</launchTemplateId><launchTemplateName>web</launchTemplateName>
    <versionNumber>42</versionNumber><versionDescription>wanzami/1 commit=x</versionDescription>
    <createTime>2026-01-02T03:04:05.000Z</createTime><createdBy>arn:aws:iam::1:user/ci</createdBy>
    <defaultVersion>false</defaultVersion>
    <launchTemplateData><imageId>ami-1</imageId><instanceType>t4g.small</instanceType>
      <iamInstanceProfile><arn>arn:aws:iam::1:instance-profile/web</arn></iamInstanceProfile>
      <userData>IyEvYmluL3No</userData>
      <securityGroupIdSet><item>sg-1</item><item>sg-2</item></securityGroupIdSet></launchTemplateData>
    """
}

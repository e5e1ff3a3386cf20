import SimulatedAWS
import Testing

@testable import Sandbox

@Suite("botocore's models", .enabled(if: FaceFleet.hasBotocore, "botocore is not installed"))
struct FaceParsingTests {
  @Test("every value in an answer is known to AWS's own model: nothing is lost in parsing")
  func nothingIsLost() async throws {
    var file = FleetFile()
    file.mixedInstances = ["t4g.small", "t4g.medium"]
    file.launchHookSeconds = 1
    file.alarms = ["errors"]
    try await FaceFleet.with(file) { fleet in
      try await fleet.until("the fleet stands", fleet.stands)
      try await fleet.world.perform { world throws(Fault) in
        world.failNextLaunches([.insufficientCapacity])
        let template = World.TemplateSpecification(id: world.templates[0].id, version: "1")
        let policy = World.MixedPolicy(template: template, overrides: [.init(instanceType: "t4g.small")])
        try world.startInstanceRefresh(
          of: "wanzami-api", desired: .mixed(policy),
          preferences: World.RefreshPreferences(checkpoints: [50, 100], autoRollback: true, alarms: ["errors"]))
        try world.rollbackInstanceRefresh(of: "wanzami-api")
        try world.suspend(["AZRebalance"], of: "wanzami-api")
      }
      let result = try await fleet.python(Self.script)
      #expect(result.status == 0, "\(result.errors)\n\(result.output)")
      #expect(result.output.contains("checked 15"), "\(result.output)")
    }
  }

  /// Compares the leaves of each raw answer with those that botocore parsed from it.
  private static let script = """
    import botocore.session, xml.etree.ElementTree as E, sys
    session = botocore.session.get_session()
    raw = {}
    def leaves(value):
        if isinstance(value, dict): return sum(leaves(v) for v in value.values())
        if isinstance(value, list): return sum(leaves(v) for v in value)
        return 0 if value == '' else 1
    def texts(node):
        if len(node): return sum(texts(child) for child in node)
        return 1 if (node.text or '') else 0
    calls = [
      ('autoscaling', 'describe_auto_scaling_groups', {}), ('autoscaling', 'describe_tags', {}),
      ('autoscaling', 'describe_instance_refreshes', {'AutoScalingGroupName': 'wanzami-api'}),
      ('autoscaling', 'describe_scaling_activities', {'AutoScalingGroupName': 'wanzami-api'}),
      ('autoscaling', 'describe_lifecycle_hooks', {'AutoScalingGroupName': 'wanzami-api'}),
      ('autoscaling', 'describe_traffic_sources', {'AutoScalingGroupName': 'wanzami-api'}),
      ('ec2', 'describe_launch_templates', {}), ('ec2', 'describe_instances', {}),
      ('ec2', 'describe_launch_template_versions', {'LaunchTemplateName': 'wanzami-api'}),
      ('ec2', 'describe_instance_types', {'InstanceTypes': ['t4g.small']}), ('ec2', 'describe_images', {}),
      ('ec2', 'describe_instance_status', {}),
      ('elbv2', 'describe_target_groups', {}), ('elbv2', 'describe_load_balancers', {}),
      ('sts', 'get_caller_identity', {}),
    ]
    checked = 0
    for service, operation, arguments in calls:
        client = session.create_client(service)
        bodies = []
        client.meta.events.register('after-call', lambda http_response, **_: bodies.append(http_response.content))
        parsed = getattr(client, operation)(**arguments)
        parsed.pop('ResponseMetadata')
        root = E.fromstring(bodies[0])
        for metadata in ('ResponseMetadata', 'requestId'):
            for node in root.findall(metadata): root.remove(node)
        found, sent = leaves(parsed), texts(root)
        if found != sent:
            print(service, operation, 'parsed', found, 'of', sent, bodies[0].decode(), parsed)
            sys.exit(1)
        if sent == 0:
            print(service, operation, 'is empty')
            sys.exit(1)
        checked += 1
    print('checked', checked)
    """
}

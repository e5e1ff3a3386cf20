import FoundationEssentials
import RealParts
import Testing

@testable import AWSClient

/// AWS's own endpoints beside the rule sets that AWS publishes and botocore carries.
@Suite(
  "Endpoints by botocore's rules",
  .enabled(if: MotoServer.python != nil, "no Python with moto and boto3: name one in WANZAMI_PYTHON"))
struct EndpointRuleTests {
  private struct Row: Decodable {
    var service: String
    var region: String
    var fips: Bool
    var dual: Bool
    var url: String
  }

  @Test("each service in each region of each partition, plain, FIPS, dual-stack and both, is where botocore finds it")
  func everywhere() throws {
    let folder = try TemporaryFolder("wanzami-endpoints")
    let script = try folder.write("endpoints.py", endpointScript)
    let names = AWSService.allCases.map(BotocoreJudge.name)
    let output = try Command.check([try #require(MotoServer.python), script] + names)
    let line = try #require(output.text.split(separator: "\n").last { $0.hasPrefix("[") })
    let rows = try JSONDecoder().decode([Row].self, from: Data(line.utf8))
    #expect(rows.count > 7 * 4 * 30)
    var differences: [String] = []
    for row in rows {
      let service = try #require(AWSService.allCases.first { BotocoreJudge.name(of: $0) == row.service })
      let variant = EndpointVariant(usesFIPS: row.fips, usesDualStack: row.dual)
      let ours = Endpoint(service: service, region: row.region, variant: variant).url
      if ours != row.url + "/" { differences.append("botocore \(row.url), we \(ours)") }
    }
    #expect(differences == [])
  }
}

private let endpointScript = #"""
  import itertools, json, sys
  import botocore.endpoint_provider, botocore.exceptions, botocore.loaders

  loader = botocore.loaders.Loader()
  partitions = loader.load_data("partitions")
  regions = [region for partition in partitions["partitions"] for region in partition["regions"]
             if not region.endswith("-global")]
  rows = []
  for service in sys.argv[1:]:
      rules = loader.load_service_model(service, "endpoint-rule-set-1")
      provider = botocore.endpoint_provider.EndpointProvider(rules, partitions)
      for region, fips, dual in itertools.product(regions, [False, True], [False, True]):
          switches = {"Region": region, "UseFIPS": fips, "UseDualStack": dual}
          if service == "sts":
              switches["UseGlobalEndpoint"] = False
          url = provider.resolve_endpoint(**switches).url
          rows.append({"service": service, "region": region, "fips": fips, "dual": dual, "url": url})
  print(json.dumps(rows))
  """#

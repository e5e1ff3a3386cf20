import AWSWire
import SimulatedAWS

/// ElastiCache: the cache clusters beside the fleet.
///
/// https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_Operations.html
enum CacheFace {
  private static let subnetGroup = "caches"

  static func perform(_ operation: String, _ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?]? {
    switch operation {
    case "DescribeCacheClusters": try describeClusters(parameters, world)
    case "DescribeCacheSubnetGroups": try describeSubnetGroups(parameters, world)
    default: nil
    }
  }

  private static func describeClusters(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let id = parameters.text("CacheClusterId")
    let chosen = world.surroundings.caches.filter { id == nil || $0.id == id }
    if let id, chosen.isEmpty {
      throw Fault("CacheClusterNotFound", "CacheCluster not found: \(id)", httpStatus: 404)
    }
    let page = try Page(
      of: chosen, token: parameters.text("Marker"), size: try parameters.int("MaxRecords"), default: 100, max: 100,
      invalidCode: "InvalidParameterValue")
    let described = page.items.map { cache -> [XMLNode?] in
      [
        element("CacheClusterId", cache.id), element("Engine", "redis"), element("CacheClusterStatus", "available"),
        element("CacheSubnetGroupName", subnetGroup),
        list(
          "SecurityGroups",
          cache.securityGroups.map { [element("SecurityGroupId", $0), element("Status", "active")] }),
      ]
    }
    return [list("CacheClusters", of: "CacheCluster", described), element("Marker", page.next)]
  }

  /// One for all, where there is a cache.
  private static func describeSubnetGroups(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let all = world.surroundings.caches.isEmpty ? [] : [subnetGroup]
    let name = parameters.text("CacheSubnetGroupName")
    if let name, !all.contains(name) {
      throw Fault("CacheSubnetGroupNotFoundFault", "Cache Subnet Group \(name) does not exist.")
    }
    return [
      list(
        "CacheSubnetGroups", of: "CacheSubnetGroup",
        all.map { [element("CacheSubnetGroupName", $0), element("VpcId", "vpc-0a1b2c3d4e5f60718")] })
    ]
  }
}

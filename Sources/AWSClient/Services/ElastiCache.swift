import AWSWire

/// https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/
public struct ElastiCache: Sendable {
  let caller: AWSCaller

  /// https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CacheCluster.html
  public struct Cluster: Equatable, Sendable {
    public var id: String
    /// `redis`, `valkey` or `memcached`.
    public var engine: String
    public var securityGroups: [String]
    public var subnetGroup: String?
  }

  public struct SubnetGroup: Equatable, Sendable {
    public var name: String
    public var vpc: String?
  }

  /// Every cache cluster of the account and region, those of replication groups included.
  public func describeCacheClusters() async throws(AWSError) -> [Cluster] {
    try await caller.pages(.elastiCache, "DescribeCacheClusters", by: \.id) { token throws(AWSError) in
      try await caller.query(.elastiCache, "DescribeCacheClusters") { form in
        form.add("MaxRecords", 100)
        form.add("Marker", token)
      } decode: { node throws(MissingMember) in
        let found = try node.children(of: "CacheClusters", named: "CacheCluster").map(Cluster.init)
        return (items: found, next: node.nonEmpty("Marker"))
      }
    }
  }

  /// Every subnet group, which knows its VPC.
  public func describeCacheSubnetGroups() async throws(AWSError) -> [SubnetGroup] {
    try await caller.pages(.elastiCache, "DescribeCacheSubnetGroups", by: \.name) { token throws(AWSError) in
      try await caller.query(.elastiCache, "DescribeCacheSubnetGroups") { form in
        form.add("MaxRecords", 100)
        form.add("Marker", token)
      } decode: { node throws(MissingMember) in
        let found = try node.children(of: "CacheSubnetGroups", named: "CacheSubnetGroup").map {
          group throws(MissingMember) in
          SubnetGroup(name: try group.required("CacheSubnetGroupName"), vpc: group.nonEmpty("VpcId"))
        }
        return (items: found, next: node.nonEmpty("Marker"))
      }
    }
  }
}

extension ElastiCache.Cluster {
  init(_ node: XMLNode) throws(MissingMember) {
    id = try node.required("CacheClusterId")
    engine = node.string("Engine") ?? ""
    securityGroups = node.list("SecurityGroups").compactMap { $0.nonEmpty("SecurityGroupId") }
    subnetGroup = node.nonEmpty("CacheSubnetGroupName")
  }
}

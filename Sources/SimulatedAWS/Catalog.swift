extension World {
  /// A machine image (AMI).
  public struct MachineImage: Hashable, Sendable {
    public var id: String
    public var name: String
    /// `arm64` or `x86_64`.
    public var architecture: String
    /// `available`, `pending`, `deregistered`, …
    public var state: String
    public var created: WorldTime

    public init(
      id: String, name: String, architecture: String, state: String = "available",
      created: WorldTime = WorldTime(milliseconds: 1_735_689_600_000)
    ) {
      self.id = id
      self.name = name
      self.architecture = architecture
      self.state = state
      self.created = created
    }
  }

  /// An instance type and what it runs.
  public struct InstanceType: Hashable, Sendable {
    public var name: String
    public var architectures: [String]
    public var processors: Int
    public var memoryMiB: Int
  }

  /// The instance types that this world knows: the burstable, general, compute and memory families of two generations.
  static let knownInstanceTypes: [String: InstanceType] = {
    var types: [String: InstanceType] = [:]
    let sizes: [(size: String, processors: Int, scale: Int)] = [
      ("nano", 2, 1), ("micro", 2, 2), ("small", 2, 4), ("medium", 2, 8), ("large", 2, 16), ("xlarge", 4, 32),
      ("2xlarge", 8, 64),
    ]
    let families: [(name: String, architectures: [String])] = [
      ("t2", ["i386", "x86_64"]), ("t3", ["x86_64"]), ("t3a", ["x86_64"]), ("t4g", ["arm64"]), ("m5", ["x86_64"]),
      ("m6g", ["arm64"]), ("m7g", ["arm64"]), ("m7i", ["x86_64"]), ("c6g", ["arm64"]), ("c7g", ["arm64"]),
      ("c7i", ["x86_64"]), ("r7g", ["arm64"]), ("r7i", ["x86_64"]),
    ]
    for family in families {
      for size in sizes {
        let name = "\(family.name).\(size.size)"
        types[name] = InstanceType(
          name: name, architectures: family.architectures, processors: size.processors, memoryMiB: size.scale * 512)
      }
    }
    return types
  }()
}

extension World {
  /// Makes the next launches fail, one fault each.
  public mutating func failNextLaunches(_ faults: [LaunchFault]) { launchFaults += faults }

  /// Makes the next `count` calls of an operation, such as `DescribeTargetHealth`, fail as throttled.
  public mutating func throttle(_ operation: String, count: Int) { throttles[operation, default: 0] += count }

  /// Lets one call of an operation through, or refuses it as throttled. Callers ask before each request.
  public mutating func admit(_ operation: String) throws(Fault) {
    guard !throttles.isEmpty, let left = throttles[operation], left > 0 else { return }
    throttles[operation] = left == 1 ? nil : left - 1
    throw Fault("Throttling", "Rate exceeded")
  }

  /// Registers a machine image; one of the same id is replaced.
  public mutating func add(_ image: MachineImage) {
    machineImages.removeAll { $0.id == image.id }
    machineImages.append(image)
  }

  /// Deregisters an image: nothing can be launched from it any more.
  public mutating func deregisterImage(_ id: String) { machineImages.removeAll { $0.id == id } }

  /// The instance type of that name, where this world knows it.
  public static func instanceType(_ name: String) -> InstanceType? { knownInstanceTypes[name] }

  /// All known instance types, by name.
  public static var instanceTypes: [InstanceType] { knownInstanceTypes.values.sorted { $0.name < $1.name } }
}

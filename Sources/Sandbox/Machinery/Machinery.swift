import DockerEngine
import FoundationEssentials
import Glibc
import HTTPTransport

/// The real parts of a sandbox, started together: registry, balancer and the containers that are its instances.
///
/// What is emulated needs three things of it: `containers.instanceHost` to make instances, `registry` to push to and
/// pull from, and `balancer.addresses` to send traffic to.
public final class Machinery: Sendable {
  public struct Settings: Sendable {
    /// Names of the target groups that the balancer serves.
    public var targetGroups: [String]
    /// What `--env-file` finds on an instance: path to lines of `KEY=value`.
    public var environmentFiles: [String: [String]] = [:]
    /// `false`: instances are killed while requests are still routed to them, so that requests fail.
    public var drains = true

    public init(targetGroups: [String]) { self.targetGroups = targetGroups }
  }

  public let registry: RegistryServer
  /// The same as the emulated ECR's store of images.
  public let images: ImageStore
  public let balancer: Balancer
  public let containers: ContainerHost
  /// The second number of this sandbox's loopback addresses: no other sandbox on the machine has it.
  public var network: UInt8 { claim.network }
  private let claim: LoopbackNetwork
  private let folder: String

  private init(
    registry: RegistryServer, images: ImageStore, balancer: Balancer, containers: ContainerHost,
    claim: LoopbackNetwork, folder: String
  ) {
    self.registry = registry
    self.images = images
    self.balancer = balancer
    self.containers = containers
    self.claim = claim
    self.folder = folder
  }

  /// Starts everything in a fresh private folder, and removes the containers that crashed sandboxes left.
  ///
  /// - Parameters:
  ///   - transport: for health checks and the registry; it must outlive the machinery.
  ///   - report: gets sentences about what could not be done later on; never a secret.
  /// - Throws: `SandboxError` when a part is not installed or does not start; the others are stopped again.
  public static func start(
    _ settings: Settings, engine: Engine, transport: HTTPTransport, report: @escaping @Sendable (String) -> Void
  ) async throws(SandboxError) -> Machinery {
    let claim = try LoopbackNetwork.claim()
    let folder = try SandboxFolder.make()
    do throws(SandboxError) {
      let registry = try await RegistryServer.start(folder: folder)
      let balancer: Balancer
      do throws(SandboxError) {
        balancer = try await Balancer.start(targetGroups: settings.targetGroups, folder: folder)
      } catch {
        await registry.stop()
        throw error
      }
      let containers = ContainerHost(
        engine: engine, balancer: balancer,
        settings: ContainerHost.Settings(
          credentials: registry.credentials, environmentFiles: settings.environmentFiles,
          drains: settings.drains),
        transport: transport, report: report)
      await containers.removeLeftovers()
      return Machinery(
        registry: registry, images: .registry(registry, transport: transport),
        balancer: balancer, containers: containers, claim: claim, folder: folder)
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw error
    }
  }

  /// Ends the instances, then the balancer and the registry, and removes their folder. Stop what sends traffic, and the
  /// emulated control plane, before.
  public func stop() async {
    await containers.stop()
    await balancer.stop()
    await registry.stop()
    try? FileManager.default.removeItem(atPath: folder)
  }
}

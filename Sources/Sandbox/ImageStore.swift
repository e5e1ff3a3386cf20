import AWSWire
public import SimulatedAWS
import Synchronization

/// Where the images of the emulated ECR really are: a registry, or memory.
public struct ImageStore: Sendable {
  /// A manifest exactly as it was pushed.
  public struct Manifest: Equatable, Sendable {
    public var bytes: [UInt8]
    public var mediaType: String

    public init(bytes: [UInt8], mediaType: String) {
      self.bytes = bytes
      self.mediaType = mediaType
    }

    /// `sha256:…` of the bytes.
    public var digest: String { "sha256:" + sha256Hex(bytes) }
  }

  /// A manifest that is there, and when it came.
  public struct Revision: Equatable, Sendable {
    public var digest: String
    public var pushed: WorldTime

    public init(digest: String, pushed: WorldTime) {
      self.digest = digest
      self.pushed = pushed
    }
  }

  /// The manifest under a tag or a digest; `nil`: the repository has none such.
  public var manifest: @Sendable (_ repository: String, _ reference: String) async throws(SandboxError) -> Manifest?
  /// Stores a manifest under a tag; its layers must be there.
  public var put: @Sendable (_ repository: String, _ tag: String, Manifest) async throws(SandboxError) -> Void
  /// The tags of a repository; none for one that was never pushed to.
  public var tags: @Sendable (_ repository: String) async throws(SandboxError) -> [String]
  /// Every manifest of a repository, tagged or not, in the order of the digests.
  public var revisions: @Sendable (_ repository: String) async throws(SandboxError) -> [Revision]
  /// Removes a manifest with its tags.
  public var delete: @Sendable (_ repository: String, _ digest: String) async throws(SandboxError) -> Void
  /// Removes a tag; its manifest stays.
  public var untag: @Sendable (_ repository: String, _ tag: String) async throws(SandboxError) -> Void
  /// User name and password for the registry; the user name of ECR's own tokens is `AWS`.
  public var authorization: @Sendable () async -> (user: String, password: Secret)
  /// Scheme and host, such as `http://127.0.0.1:5000`.
  public var proxyEndpoint: String

  public init(
    manifest: @escaping @Sendable (_ repository: String, _ reference: String) async throws(SandboxError) -> Manifest?,
    put: @escaping @Sendable (_ repository: String, _ tag: String, Manifest) async throws(SandboxError) -> Void,
    tags: @escaping @Sendable (_ repository: String) async throws(SandboxError) -> [String],
    revisions: @escaping @Sendable (_ repository: String) async throws(SandboxError) -> [Revision],
    delete: @escaping @Sendable (_ repository: String, _ digest: String) async throws(SandboxError) -> Void,
    untag: @escaping @Sendable (_ repository: String, _ tag: String) async throws(SandboxError) -> Void,
    authorization: @escaping @Sendable () async -> (user: String, password: Secret), proxyEndpoint: String
  ) {
    self.manifest = manifest
    self.put = put
    self.tags = tags
    self.revisions = revisions
    self.delete = delete
    self.untag = untag
    self.authorization = authorization
    self.proxyEndpoint = proxyEndpoint
  }

  /// A store without a registry: what PutImage stores is there, nothing can be pulled.
  public static func inMemory(proxyEndpoint: String) -> ImageStore {
    let memory = Memory()
    return ImageStore(
      manifest: { repository, reference in memory.find(repository, reference) },
      put: { repository, tag, manifest in memory.put(repository, tag, manifest) },
      tags: { repository in memory.tags(of: repository) },
      revisions: { repository in memory.revisions(of: repository) },
      delete: { repository, digest in memory.delete(repository, digest) },
      untag: { repository, tag in memory.untag(repository, tag) },
      authorization: { ("AWS", Secret("in-memory")) }, proxyEndpoint: proxyEndpoint)
  }

  private final class Memory: Sendable {
    private let byReference = Mutex<[String: [String: Manifest]]>([:])
    /// By repository and digest.
    private let pushed = Mutex<[String: [String: WorldTime]]>([:])

    func find(_ repository: String, _ reference: String) -> Manifest? {
      byReference.withLock { $0[repository]?[reference] }
    }

    func put(_ repository: String, _ tag: String, _ manifest: Manifest) {
      byReference.withLock {
        $0[repository, default: [:]][tag] = manifest
        $0[repository, default: [:]][manifest.digest] = manifest
      }
      pushed.withLock { known in
        if known[repository]?[manifest.digest] == nil {
          known[repository, default: [:]][manifest.digest] = WallClock.now
        }
      }
    }

    func revisions(of repository: String) -> [Revision] {
      let known = pushed.withLock { $0[repository] ?? [:] }
      return known.map { Revision(digest: $0.key, pushed: $0.value) }.sorted { $0.digest < $1.digest }
    }

    func delete(_ repository: String, _ digest: String) {
      byReference.withLock { known in
        for (reference, manifest) in known[repository] ?? [:] where manifest.digest == digest {
          known[repository]?[reference] = nil
        }
      }
      pushed.withLock { $0[repository]?[digest] = nil }
    }

    func untag(_ repository: String, _ tag: String) {
      byReference.withLock { $0[repository]?[tag] = nil }
    }

    func tags(of repository: String) -> [String] {
      byReference.withLock { ($0[repository] ?? [:]).keys.filter { !$0.hasPrefix("sha256:") }.sorted() }
    }
  }
}

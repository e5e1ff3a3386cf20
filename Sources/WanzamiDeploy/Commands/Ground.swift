import AWSClient
import DockerEngine
import HTTPTransport
import ReleaseCore
import ReleaseRuntime
import Synchronization

/// What a command stands on: the pipeline, and the outside parties that it names.
struct Ground: Sendable {
  let pipeline: Pipeline
  let environment: ProcessEnvironment
  let transport: HTTPTransport
  private(set) var client: AWSClient
  private(set) var registry: LiveRegistry

  var fleet: LiveFleet {
    LiveFleet(pipeline: pipeline, client: client, transport: transport, registry: registry)
  }

  /// Reads the pipeline file and the AWS settings. Nothing is asked of anybody yet.
  static func stand(_ common: CommonOptions) async throws -> Ground {
    let environment = ProcessEnvironment.current()
    let pipeline = try common.loadPipeline(environment).pipeline
    return try Ground(pipeline: pipeline, environment: environment)
  }

  init(pipeline: Pipeline, environment: ProcessEnvironment) throws(GroundProblem) {
    let outside = AWSEnvironment.live(environment)
    let settings: AWSSettings
    do throws(AWSSettingsError) {
      settings = try AWSSettings(environment: outside, region: pipeline.region)
    } catch {
      throw GroundProblem(description: error.description)
    }
    self.pipeline = pipeline
    self.environment = environment
    transport = HTTPTransport()
    client = AWSClient(settings: settings, environment: outside, transport: transport)
    let transport = transport
    registry = LiveRegistry(pipeline: pipeline, client: client, environment: environment) {
      (region) throws(ActionFailure) in
      do throws(AWSSettingsError) {
        return AWSClient(
          settings: try AWSSettings(environment: outside, region: region), environment: outside, transport: transport)
      } catch {
        throw ActionFailure(.other, error.description)
      }
    }
  }

  /// The same ground, which tells of each call to AWS.
  func telling(_ tell: @escaping @Sendable (CallReport) -> Void) -> Ground {
    var ground = self
    ground.client = client.telling(tell)
    ground.registry = registry.telling(tell)
    return ground
  }

  /// The fleet as it is, for commands that only look; a fleet that cannot be read ends them.
  func surveyed() async throws -> Survey {
    do throws(ActionFailure) {
      return try await fleet.survey()
    } catch {
      throw GroundProblem(exitCode: error.kind == .refused ? 3 : 1, description: error.sentence)
    }
  }

  /// The live adapters of a run.
  ///
  /// - Parameter telling: shows what an effect says on its way, such as a build's output.
  func ports(telling: @escaping @Sendable (Announcement) -> Void) -> ReleasePorts {
    let source = LiveSource(pipeline: pipeline, tell: telling)
    let fleet = fleet
    let repository = LiveRepository(registry: registry, transport: transport, tell: telling)
    let image = LiveImage(
      pipeline: pipeline, environment: environment, transport: transport, registry: registry, repository: repository,
      clock: .system, tell: telling)
    let evidence = LiveEvidence(client: client, group: pipeline.fleet.group, clock: .system)
    let hooks = LiveHooks(
      environment: environment, transport: transport, registry: registry, client: client, group: pipeline.fleet.group,
      clock: .system, tell: telling)
    let notices = LiveNotices(environment: environment, transport: transport)
    let known = KnownFleet()
    var ports = ReleasePorts(
      resolve: { revision throws(ActionFailure) in try await source.resolve(revision) },
      survey: { () throws(ActionFailure) in
        let survey = try await fleet.survey()
        known.take(survey)
        return survey
      },
      compare: { commit, live throws(ActionFailure) in try await source.compare(commit, with: live) },
      checkRollbackTarget: { version throws(ActionFailure) in
        try await fleet.checkRollbackTarget(version, repository: known.repository)
      },
      checkImage: { order throws(ActionFailure) in try await image.check(order) },
      observe: { await fleet.observe($0, targetGroups: known.targetGroups) },
      collectEvidence: { await evidence.collect($0) },
      findImage: { order throws(ActionFailure) in try await repository.find(order) },
      checkScan: { order throws(ActionFailure) in try await repository.scan(order) },
      build: { order throws(ActionFailure) in try await image.build(order) },
      push: { order throws(ActionFailure) in try await image.push(order) },
      tagImage: { order throws(ActionFailure) in try await repository.tag(order) },
      pin: { configuration throws(ActionFailure) in try await fleet.pin(configuration) },
      createVersion: { order throws(ActionFailure) in try await fleet.createVersion(order) },
      tag: { tags throws(ActionFailure) in try await fleet.tag(tags) },
      startRefresh: { order throws(ActionFailure) in try await fleet.startRefresh(order) },
      rollBackRefresh: { () throws(ActionFailure) in try await fleet.rollBackRefresh() },
      cancelRefresh: { () throws(ActionFailure) in try await fleet.cancelRefresh() })
    ports.runHook = { order throws(ActionFailure) in try await hooks.run(order) }
    ports.notify = { notice, channel throws(ActionFailure) in try await notices.send(notice, to: channel) }
    return ports
  }
}

/// What the newest survey told that later calls need.
private final class KnownFleet: Sendable {
  private let survey = Mutex<Survey?>(nil)

  func take(_ new: Survey) { survey.withLock { $0 = new } }

  var repository: String { survey.withLock { $0?.repository ?? "" } }

  var targetGroups: [String] { survey.withLock { $0?.targetGroups.map(\.arn) ?? [] } }
}

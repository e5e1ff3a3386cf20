import AWSClient
import AWSWire
import Dispatch
import HTTPTransport
import RealParts
import ReleaseCore
import Synchronization
import Testing

@testable import WanzamiDeploy

@Suite("The reads of a poll")
struct ParallelReadTests {
  /// Lets nobody through before all have come.
  private final class Gate: Sendable {
    private let arrived = Mutex<[String]>([])
    private let late = Mutex<[String]>([])
    private let open = DispatchSemaphore(value: 0)
    private let count: Int

    init(_ count: Int) { self.count = count }

    var operations: [String] { arrived.withLock { $0 } }
    /// Those that waited ten seconds for nothing.
    var alone: [String] { late.withLock { $0 } }

    func pass(_ operation: String) {
      let isLast = arrived.withLock { arrived in
        arrived.append(operation)
        return arrived.count == count
      }
      if isLast { for _ in 0..<count { open.signal() } }
      if open.wait(timeout: .now() + 10) == .timedOut { late.withLock { $0.append(operation) } }
    }
  }

  @Test("independent ones are under way at once, and none waits for another's answer")
  func atOnce() async throws {
    let gate = Gate(6)
    let server = try LoopbackServer { connection in
      while let (_, body) = connection.request() {
        let operation = QueryForm(decoding: body)["Action"] ?? ""
        gate.pass(operation)
        connection.answer("<\(operation)Response><\(operation)Result/></\(operation)Response>")
      }
    }
    let (observation, wasThrottled) = try await Self.fleet(at: server.url).observe(
      [.group, .refreshes, .activities, .alarms, .targets], targetGroups: ["arn:a", "arn:b"])
    #expect(gate.alone == [], "it was asked only after another was answered")
    #expect(
      gate.operations.sorted() == [
        "DescribeAlarms", "DescribeAutoScalingGroups", "DescribeInstanceRefreshes", "DescribeScalingActivities",
        "DescribeTargetHealth", "DescribeTargetHealth",
      ])
    #expect(observation.targets.keys.sorted() == ["arn:a", "arn:b"])
    #expect(!wasThrottled)
  }

  /// A fleet with an alarm, whose AWS is a server of the test.
  static func fleet(at url: String) throws -> LiveFleet {
    let environment = AWSEnvironment(
      variables: ["AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-north-1"], homeDirectory: "/",
      readFile: { _ in nil }, now: { Timestamp(milliseconds: 1_767_323_045_000) }, sleep: { _ in }, random: { 0.5 },
      runProcess: { _ in ProcessOutput(status: 1, standardOutput: []) })
    let store = CredentialsStore(
      now: environment.now,
      load: { () async throws(CredentialsError) in
        AWSCredentials(key: AccessKey(id: "AKID", secret: Secret("s")), source: "test")
      })
    let transport = HTTPTransport()
    let client = AWSClient(
      settings: try AWSSettings(environment: environment), environment: environment, transport: transport,
      credentials: store)
    var pipeline = Pipeline(service: "web", fleet: Pipeline.Fleet(group: "web"))
    pipeline.rollout.alarms = ["5xx"]
    return LiveFleet(
      pipeline: pipeline, client: client, transport: transport,
      registry: LiveRegistry(nil))
  }

  @Test("a thousand instances that launch at once are watched with at most twelve requests a poll")
  func bounded() async throws {
    let asked = Mutex<[String: Int]>([:])
    let server = try LoopbackServer { connection in
      while let (_, body) = connection.request() {
        let operation = QueryForm(decoding: body)["Action"] ?? ""
        let number = asked.withLock { asked in
          asked[operation, default: 0] += 1
          return asked[operation, default: 0]
        }
        let launches = (0..<100).map { index in
          "<member><ActivityId>a-\(number)-\(index)</ActivityId><Description>Launching a new EC2 instance: i-1</Description>"
            + "<Cause>At 2026-01-02T03:04:05Z</Cause><StartTime>2026-01-02T03:04:05Z</StartTime>"
            + "<StatusCode>InProgress</StatusCode></member>"
        }
        let members =
          operation == "DescribeScalingActivities"
          ? "<Activities>\(launches.joined())</Activities><NextToken>\(number)</NextToken>" : ""
        connection.answer(
          "<\(operation)Response><\(operation)Result>\(members)</\(operation)Result></\(operation)Response>")
      }
    }
    let parts: Set<ObservationPart> = [.group, .refreshes, .activities, .alarms, .targets]
    let (observation, _) = try await Self.fleet(at: server.url).observe(parts, targetGroups: ["arn:a"])
    #expect(observation.activities?.count == 800)
    #expect(asked.withLock { $0.values.reduce(0, +) } == 12)
  }
}

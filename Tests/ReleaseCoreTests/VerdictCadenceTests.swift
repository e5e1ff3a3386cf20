import ReleaseCore
import Testing

@Suite("When to poll, and what to ask")
struct VerdictCadenceTests {
  static let healthy = Observation(targets: ["arn:api": [Target(id: "i-1", state: .healthy)]])
  static let sick = Observation(targets: ["arn:api": [Target(id: "i-1", state: .unhealthy)]])
  static let fourth: Set<ObservationPart> = [.group, .refreshes, .targets, .activities]

  @Test("everything first, targets each poll, the rest every fourth, alarms every tenth")
  func parts() {
    var cadence = WatchCadence(poll: .seconds(3), hasTargetGroups: true, hasAlarms: true)
    #expect(cadence.next(after: nil) == .init(wait: .zero, parts: Set(ObservationPart.allCases)))
    for number in 1...40 {
      let poll = cadence.next(after: Self.healthy)
      #expect(poll.wait == .seconds(3))
      #expect(poll.parts.contains(.targets))
      #expect(poll.parts.isSuperset(of: Self.fourth) == (number % 4 == 0), "poll \(number)")
      #expect(poll.parts.contains(.alarms) == (number % 10 == 0), "poll \(number)")
    }
  }

  @Test("a target that changed asks for group, refresh and activities at once")
  func changed() {
    var cadence = WatchCadence(poll: .seconds(3), hasTargetGroups: true, hasAlarms: false)
    _ = cadence.next(after: nil)
    #expect(cadence.next(after: Self.healthy).parts == [.targets])
    #expect(cadence.next(after: Self.sick).parts == Self.fourth)
    var silent = Observation(refreshes: [], activities: [], silences: ["DescribeTargetHealth: no answer"])
    silent.group = VerdictScene().group
    #expect(cadence.next(after: silent).parts == [.targets], "a target that did not answer has not changed")
    #expect(cadence.next(after: Self.sick).parts == Self.fourth, "the fourth")
    #expect(cadence.next(after: Self.sick).parts == [.targets])
  }

  @Test("a poll that saw a target change is completed at once by what it did not ask, and only then")
  func completed() {
    var cadence = WatchCadence(poll: .seconds(3), hasTargetGroups: true, hasAlarms: false)
    #expect(cadence.rest(of: Self.healthy, asked: [.targets]) == nil, "the first sight is no change")
    _ = cadence.next(after: nil)
    _ = cadence.next(after: Self.healthy)
    #expect(cadence.rest(of: Self.healthy, asked: [.targets]) == nil)
    #expect(cadence.rest(of: Self.sick, asked: [.targets]) == [.group, .refreshes, .activities])
    #expect(cadence.rest(of: Self.sick, asked: [.targets, .group, .refreshes]) == [.activities])
    #expect(cadence.rest(of: Self.sick, asked: Self.fourth) == nil, "asked, whether it came or not")
    #expect(cadence.rest(of: Observation(silences: ["no answer"]), asked: [.targets]) == nil)
    var whole = Self.sick
    whole.group = Group(name: "api", desired: 2, min: 2, max: 4, configuration: .none, instances: [])
    whole.refreshes = []
    whole.activities = []
    #expect(cadence.next(after: whole).parts == [.targets], "it was told all")
  }

  @Test("the end of the bake is not found a poll later; throttling is heeded all the same")
  func ripening() {
    var cadence = WatchCadence(poll: .seconds(3), hasTargetGroups: true, hasAlarms: false)
    _ = cadence.next(after: nil)
    #expect(cadence.next(after: Self.healthy, ripens: .milliseconds(700)).wait == .milliseconds(700))
    #expect(cadence.next(after: Self.healthy, ripens: .seconds(30)).wait == .seconds(3))
    #expect(cadence.next(after: Self.healthy, wasThrottled: true, ripens: .seconds(1)).wait == .seconds(6))
  }

  @Test(
    "while only the last step is missing, polls come each second, for two minutes; throttling is heeded all the same")
  func near() {
    var cadence = WatchCadence(poll: .seconds(3), hasTargetGroups: true, hasAlarms: false)
    _ = cadence.next(after: nil)
    for _ in 0..<120 { #expect(cadence.next(after: Self.healthy, isNear: true).wait == .seconds(1)) }
    #expect(cadence.next(after: Self.healthy, isNear: true).wait == .seconds(3))
    #expect(cadence.next(after: Self.healthy).wait == .seconds(3))
    #expect(cadence.next(after: Self.healthy, isNear: true, ripens: .milliseconds(200)).wait == .milliseconds(200))
    #expect(cadence.next(after: Self.healthy, wasThrottled: true, isNear: true).wait == .seconds(6))
    var quick = WatchCadence(poll: .milliseconds(300), hasTargetGroups: true, hasAlarms: false)
    _ = quick.next(after: nil)
    #expect(quick.next(after: Self.healthy, isNear: true).wait == .milliseconds(300))
  }

  @Test("near its end, each poll asks for the group and the refresh")
  func closing() {
    var cadence = WatchCadence(poll: .seconds(3), hasTargetGroups: true, hasAlarms: false)
    _ = cadence.next(after: nil)
    #expect(cadence.next(after: Self.healthy, isClosing: true).parts == [.targets, .group, .refreshes])
  }

  @Test("throttling doubles the interval up to a minute and adds no call")
  func throttled() {
    var cadence = WatchCadence(poll: .seconds(3), hasTargetGroups: true, hasAlarms: false)
    _ = cadence.next(after: nil)
    let waits = (0..<7).map { _ in cadence.next(after: Self.healthy, wasThrottled: true).wait }
    #expect(waits == [6, 12, 24, 48, 60, 60, 60].map { .seconds($0) })
    #expect(cadence.next(after: Self.healthy).wait == .seconds(3))
  }

  @Test("what did not come is owed at the next poll, and everything is asked for once all is answered again")
  func owed() {
    var cadence = WatchCadence(poll: .seconds(3), hasTargetGroups: true, hasAlarms: true)
    #expect(cadence.next(after: nil).parts == Set(ObservationPart.allCases))
    var half = Self.healthy
    half.group = VerdictScene().group
    half.silences = ["DescribeInstanceRefreshes: throttled"]
    #expect(
      cadence.next(after: half, wasThrottled: true).parts == [.targets, .refreshes, .activities, .alarms])
    #expect(cadence.next(after: Self.healthy).parts == Self.fourth)
    #expect(cadence.next(after: Self.healthy).parts == [.targets])
  }

  @Test("without target groups the group is asked at each poll")
  func noTargetGroups() {
    var cadence = WatchCadence(poll: .seconds(3), hasTargetGroups: false, hasAlarms: false)
    _ = cadence.next(after: nil)
    #expect(cadence.next(after: Observation()).parts == [.group])
  }
}

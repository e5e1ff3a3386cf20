import Testing

@testable import ReleaseCore

/// The design's rules of the rollback as a table: what is done about the refresh of the release that is left.
@Suite("The way back")
struct ReturnMoveTests {
  private func back(
    _ status: RefreshStatus?, lands: Bool = true, origin: Return.Origin = .verdict,
    change: (inout Return) -> Void = { _ in }
  ) -> Return.Move {
    let scene = VerdictScene()
    let template = LaunchTemplate(
      id: VerdictScene.template, name: "api", defaultVersion: 1, latestVersion: 42,
      versions: [41: TemplateVersion(number: 41), 40: TemplateVersion(number: 40)])
    var group = scene.group
    group.tags = [PassedMark.key: "41 40"]
    let survey = Survey(group: group, template: template, targetGroups: [], targets: [:], repository: "api")
    let rollout = Rollout(
      survey: survey, template: template, release: 42, refresh: scene.refresh,
      pipeline: Pipeline(service: "api", fleet: Pipeline.Fleet(group: "api")))
    var back = Return(
      rollout: rollout, aim: lands ? 41 : 40, cause: "", origin: origin, step: .settling, status: status,
      deadline: VerdictScene.moment(3600))
    change(&back)
    return back.move()
  }

  @Test(
    "is AWS's own where the saved version is the aim, in every state of the refresh",
    arguments: [
      (nil, .startBack), (.pending, .askRollback), (.inProgress, .askRollback), (.baking, .askRollback),
      (.successful, .startBack), (.failed, .startBack), (.cancelling, .wait), (.cancelled, .leave),
      (.rollbackInProgress, .watchLanding), (.rollbackSuccessful, .watchLanding), (.rollbackFailed, .watchLanding),
      (.unknown, .wait),
    ] as [(RefreshStatus?, Return.Move)])
  func saved(status: RefreshStatus?, move: Return.Move) {
    #expect(back(status) == move)
  }

  @Test(
    "is our own refresh where the saved version is another, and a rollback in progress is never cancelled",
    arguments: [
      (nil, .startBack), (.pending, .cancel), (.inProgress, .cancel), (.baking, .cancel), (.successful, .startBack),
      (.failed, .startBack), (.cancelling, .wait), (.cancelled, .startBack), (.rollbackInProgress, .wait),
      (.rollbackSuccessful, .startBack), (.rollbackFailed, .startBack), (.unknown, .wait),
    ] as [(RefreshStatus?, Return.Move)], [Return.Origin.operator, .resume])
  func other(row: (status: RefreshStatus?, move: Return.Move), origin: Return.Origin) {
    #expect(back(row.status, lands: false, origin: origin) == row.move)
  }

  @Test("of a refresh that AWS calls irreversible is a cancellation, and then a refresh back")
  func irreversible() {
    for status in [RefreshStatus.pending, .inProgress, .baking] {
      #expect(back(status) { $0.isIrreversible = true } == .cancel)
    }
    #expect(back(.rollbackInProgress) { $0.isIrreversible = true } == .watchLanding)
    #expect(back(.cancelled) { $0.isCancelOurs = true } == .startBack)
  }

  @Test("after AWS accepted a request, an older answer is waited out for some polls, and then it is asked again")
  func older() {
    #expect(back(.inProgress) { $0.isRollbackOurs = true } == .wait)
    #expect(
      back(.inProgress) {
        $0.isRollbackOurs = true
        $0.asked = Return.stalePollsMax
      } == .askRollback)
    #expect(
      back(.baking) {
        $0.isCancelOurs = true
        $0.asked = Return.stalePollsMax
      } == .cancel)
  }

  @Test("of a cancellation by somebody else is left alone by a release, and taken up by an operator or resume")
  func cancelledByOthers() {
    #expect(back(.cancelled, origin: .verdict) == .leave)
    #expect(back(.cancelled, origin: .operator) == .startBack)
    #expect(back(.cancelled, origin: .resume) == .startBack)
  }
}

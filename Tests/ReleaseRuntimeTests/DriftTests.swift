import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

@Suite("Drift")
struct DriftTests {
  private func kinds(_ simulation: Simulation) -> [Drift.Kind] { Drift.all(in: simulation.survey()).map(\.kind) }

  @Test("a fleet after a release has none, and none is found while a rollout of ours is under way")
  func none() throws {
    let simulation = try Fleet.simulation()
    #expect(kinds(simulation) == [])
    let cut = simulation.perform(.releaseNew) { watcher in
      watcher.interrupt = { if case .observe = $0 { true } else { false } }
    }
    #expect(cut.exit == 7)
    #expect(Drift.ownRollout(in: simulation.survey()) == 2)
    #expect(kinds(simulation) == [])
    #expect(simulation.perform(.resume).exit == 0)
    #expect(kinds(simulation) == [])
  }

  struct Row: CustomTestStringConvertible, Sendable {
    var kind: Drift.Kind
    var change: @Sendable (Simulation) throws -> Void
    var testDescription: String { kind.rawValue }

    static let all: [Row] = [
      Row(kind: .unmarked) { try $0.world.deleteTags([PassedMark.key], of: Simulation.group) },
      Row(kind: .staleMark) {
        try $0.world.setTags([World.GroupTag(InFlightMark.key, "7 rolling-out")], of: Simulation.group)
      },
      Row(kind: .foreignRefresh) {
        try $0.world.deleteTags([InFlightMark.key], of: Simulation.group)
        let data = TemplateData(imageID: "ami-1", instanceType: "t4g.small")
        let version = try $0.world.createTemplateVersion(
          of: World.TemplateSpecification(id: $0.template.id), data: data)
        _ = try $0.world.startInstanceRefresh(
          of: Simulation.group,
          desired: .template(World.TemplateSpecification(id: $0.template.id, version: String(version.number))),
          preferences: .init())
      },
      Row(kind: .editedTemplate) {
        _ = try $0.world.createTemplateVersion(
          of: World.TemplateSpecification(id: $0.template.id),
          data: TemplateData(imageID: "ami-1", instanceType: "t4g.large"))
      },
      Row(kind: .offRelease) { try $0.set(version: "$Default", "2") },
      Row(kind: .offPassed) { try $0.set(version: "$Default", "2") },
      Row(kind: .alias) { try $0.set(version: "$Latest", nil) },
      Row(kind: .aside) {
        try $0.world.setProtection(
          [$0.state.instances[0].id], of: Simulation.group, isProtected: true)
      },
    ]
  }

  @Test("each kind is found", arguments: Row.all)
  func found(row: Row) throws {
    let simulation = try Fleet.simulation()
    try row.change(simulation)
    #expect(kinds(simulation).contains(row.kind), "\(kinds(simulation))")
  }
}

extension Simulation {
  /// Sets the group to another version of its template by hand, made first where a number is given.
  fileprivate func set(version alias: String, _ number: String?) throws {
    if number != nil {
      _ = try world.createTemplateVersion(
        of: World.TemplateSpecification(id: template.id), source: "1", data: TemplateData())
    }
    var change = World.GroupChange()
    change.source = .template(World.TemplateSpecification(id: template.id, version: number ?? alias))
    try world.updateGroup(Simulation.group, change)
  }
}

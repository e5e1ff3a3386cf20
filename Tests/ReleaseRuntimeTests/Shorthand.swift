import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

extension Intent {
  static var releaseNew: Intent { .release(ReleaseOptions(revision: Fleet.new.hex)) }
  static var rollBack: Intent { .rollback(RollbackOptions()) }

  static func release(_ commit: Commit, _ change: (inout ReleaseOptions) -> Void = { _ in }) -> Intent {
    var options = ReleaseOptions(revision: commit.hex)
    change(&options)
    return .release(options)
  }

  static func rollBack(to release: Int) -> Intent { .rollback(RollbackOptions(release: release)) }
}

extension Fleet {
  /// The prepared fleet, where each broken law fails the test.
  static func simulation(
    desired: Int = 2, isMarked: Bool = true, describes: Bool = true,
    change: (inout World.GroupRequest, inout World) throws -> Void = { _, _ in }
  ) throws -> Simulation {
    let simulation = try prepared(desired: desired, isMarked: isMarked, describes: describes, change: change)
    simulation.onViolation = { Issue.record("\($0)") }
    return simulation
  }
}

extension Watcher {
  func counts(_ name: FailedAction) -> Int { count { Simulation.name(of: $0) == name } }

  /// When the run first said so.
  func saidAt(_ name: String) -> Moment? { announcements.first { $0.announcement.name == name }?.time }

  func askedAt(_ name: FailedAction) -> Moment? { actions.first { Simulation.name(of: $0.action) == name }?.time }

  var commands: [String] {
    if case .needsPerson(_, let commands)? = outcome { commands } else { [] }
  }
}

extension Simulation {
  var isRollingOut: Bool { newestRefresh?.status == .inProgress && newestRefresh?.desired?.template?.version != "1" }

  /// Somebody makes a version by hand, which runs what the newest runs.
  func handMadeVersion() throws {
    try world.createTemplateVersion(
      of: World.TemplateSpecification(id: template.id), source: String(template.latestVersion), description: "by hand",
      data: TemplateData())
  }

  /// When the first instance of a version came into service.
  func firstInService(of version: Int) -> WorldTime? {
    (world.retired + state.instances).filter { $0.version == version }.compactMap(\.inServiceSince).min()
  }

  /// Whether fleet, marks and saved version say that everything is on one release that passed.
  func expectWhole(on release: Int, passed: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(savedVersion == String(release), sourceLocation: sourceLocation)
    #expect(Set(running) == [release], sourceLocation: sourceLocation)
    #expect(running.count == state.desired, sourceLocation: sourceLocation)
    #expect(tags[PassedMark.key] == passed, sourceLocation: sourceLocation)
    #expect(tags[InFlightMark.key] == nil, sourceLocation: sourceLocation)
    #expect(newestRefresh?.status.isActive != true, sourceLocation: sourceLocation)
  }

  /// A fleet that the run left alone.
  func expectUntouched(by watcher: Watcher, sourceLocation: SourceLocation = #_sourceLocation) {
    for name in [
      FailedAction.build, .push, .tagImage, .pin, .createVersion, .tag, .startRefresh, .rollBackRefresh, .cancelRefresh,
    ] {
      #expect(!watcher.has(name), "\(name)", sourceLocation: sourceLocation)
    }
  }
}

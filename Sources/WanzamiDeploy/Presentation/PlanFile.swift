import FoundationEssentials
import ReleaseCore

/// The file by which a release is held to a plan. It holds no user data, and so no secret of it.
struct PlanFile: Codable {
  struct Fact: Codable {
    var name: String
    var value: String
  }

  struct Switches: Codable {
    var redeploy: Bool
    var image: String?
    var rebuild: Bool
    var template: Int?
    var noRollbackTarget: Bool
    var allowOlder: Bool
    var incident: Bool
    var first: Bool
  }

  static let form = "wanzami-plan/1"

  var format = PlanFile.form
  /// RFC 3339.
  var created: String
  var commit: String
  /// Of an image that was there already.
  var digest: String?
  var switches: Switches
  /// What the fleet must still be like.
  var facts: [Fact]

  init(plan: ReleasePlan, options: ReleaseOptions, at moment: Moment) {
    created = moment.timestamp
    commit = plan.commit.commit.hex
    digest = plan.planned.digest?.text
    switches = Switches(
      redeploy: options.isRedeploy, image: options.image?.text, rebuild: options.rebuilds,
      template: options.template,
      noRollbackTarget: options.needsNoRollbackTarget, allowOlder: options.allowsOlder, incident: options.isIncident,
      first: options.isFirst)
    facts = plan.planned.facts.facts.map { Fact(name: $0.name, value: $0.value) }
  }

  func write(to path: String) throws(UsageProblem) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try encoder.encode(self).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw UsageProblem(description: "--out: the file \(path) cannot be written")
    }
  }

  /// Reads a plan; what is none is wrong usage.
  init(reading path: String) throws(UsageProblem) {
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      throw UsageProblem(description: "--plan: the file \(path) cannot be read")
    }
    guard let file = try? JSONDecoder().decode(PlanFile.self, from: data), file.format == PlanFile.form,
      Commit(file.commit) != nil
    else {
      throw UsageProblem(
        description:
          "--plan: \(path) is no plan of this program (\(PlanFile.form)). Write one: wanzami-deploy plan --out FILE")
    }
    self = file
  }

  /// The release that was planned.
  var options: ReleaseOptions {
    var options = ReleaseOptions(revision: switches.redeploy ? nil : commit)
    options.isRedeploy = switches.redeploy
    options.image = switches.image.flatMap { Digest($0) }
    options.rebuilds = switches.rebuild
    options.template = switches.template
    options.needsNoRollbackTarget = switches.noRollbackTarget
    options.allowsOlder = switches.allowOlder
    options.isIncident = switches.incident
    options.isFirst = switches.first
    options.plan = PlannedRelease(
      facts: PlannedFacts(facts: facts.map { PlannedFacts.Fact($0.name, $0.value) }),
      digest: digest.flatMap { Digest($0) })
    return options
  }
}

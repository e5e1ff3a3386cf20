/// Every precondition of a release, as a tree of checks: a pure function of what was read.
public struct Verification: Equatable, Sendable {
  public let branches: [CheckBranch]

  public var isGood: Bool { count(.failed) == 0 }

  public func count(_ state: Check.State) -> Int { branches.reduce(0) { $0 + $1.checks.count { $0.state == state } } }

  public init(_ facts: FleetFacts, pipeline: Pipeline) {
    let known = Verification.Reader(facts: facts, pipeline: pipeline)
    branches = [
      CheckBranch("principal", known.principal), CheckBranch("group", known.group),
      CheckBranch("launch template", known.template), CheckBranch("load balancer", known.balancer),
      CheckBranch("alarms", known.alarms), CheckBranch("rollback", known.rollback),
      CheckBranch("image", known.image), CheckBranch("source", known.source), CheckBranch("settings", known.settings),
    ]
  }

  /// The facts, branch by branch.
  struct Reader {
    let facts: FleetFacts
    let pipeline: Pipeline

    var name: String { pipeline.fleet.group }

    /// Checks of the group; where there is none, nothing more is to be said of it here.
    func ofGroup(_ body: (Group) -> [Check]) -> [Check] {
      guard case .known(let found) = facts.group else { return [Check(.skipped, "the group is not known")] }
      return found.map(body) ?? [Check(.skipped, "there is no group")]
    }

    /// The number that the group is set to, or that its instances run.
    func savedVersion(_ group: Group, _ template: LaunchTemplate) -> TemplateVersion? {
      guard case .success(let number) = Preflight.savedVersion(of: group, template: template) else { return nil }
      return template.versions[number]
    }
  }
}

extension Verification.Reader {
  var principal: [Check] {
    facts.principal.checks(of: "who asks") { [Check(.ok, "asking as \($0)")] } + [
      Check(
        .skipped, "IAM is not asked what the principal may do; what it may not read is named in its place",
        command: "aws iam simulate-principal-policy --policy-source-arn ARN --action-names "
          + "autoscaling:StartInstanceRefresh ec2:CreateLaunchTemplateVersion iam:PassRole")
    ]
  }

  var source: [Check] {
    facts.source.checks(of: "the commit") { [Check(.ok, $0)] }.map(failing)
      + engine
  }

  private var engine: [Check] {
    switch facts.engine {
    case .known(let words): [Check(.ok, words)]
    case .unknown(let why): [Check(.warning, "a release that has to build needs an Engine: \(why)")]
    }
  }

  /// What is not readable here makes a release fail.
  private func failing(_ check: Check) -> Check {
    check.state == .skipped ? Check(.failed, check.sentence, command: check.command) : check
  }

  var settings: [Check] {
    ofGroup { group in
      facts.targetGroups.checks(of: "relations between durations") { targetGroups in
        let settings = RolloutSettings(pipeline: pipeline.rollout, group: group, targetGroups: targetGroups)
        let risks = Risk.all(settings: settings, group: group, targetGroups: targetGroups, policy: pipeline.rollback)
          .filter { !["short-grace", "long-draining", "above-max", "warm-pool"].contains($0.name) }
        let forecast =
          "a rollout should take \(settings.forecast.total.inWords), and is given up after "
          + settings.timeout.inWords
        return [Check(.ok, forecast, command: nil)] + risks.map { Check(.warning, $0.sentence, command: $0.command) }
      }
    }
  }

  var alarms: [Check] {
    let names = pipeline.rollout.alarms
    guard !names.isEmpty else { return [Check(.ok, "rollout.alarms names none")] }
    return facts.alarms.checks(of: "rollout.alarms") { alarms in
      names.map { name in
        guard let alarm = alarms.first(where: { $0.name == name }) else {
          return Check(
            .failed, "alarm \(name) does not exist in this region",
            command: "aws cloudwatch describe-alarms --alarm-name-prefix \(name)")
        }
        return alarm.state == .ok
          ? Check(.ok, "alarm \(name) is OK")
          : Check(
            .failed, "alarm \(name) is \(alarm.state.rawValue): AWS starts no refresh with it",
            command: "aws cloudwatch describe-alarm-history --alarm-name \(name) --max-records 5")
      }
    }
  }

  var image: [Check] {
    facts.repository.checks(of: "the image repository") { [Check(.ok, "repository \($0)")] }.map(failing)
  }

  var rollback: [Check] {
    ofGroup { group in
      facts.rollbackTarget.checks(of: "the rollback target") { target in
        guard let target else {
          return [
            Check(
              .failed, "no release has passed that a failed one could return to",
              command: "wanzami-deploy release --first")
          ]
        }
        guard target.problems.isEmpty else {
          return target.problems.map { Check(.failed, "release \(target.release) could not run again: \($0)") }
        }
        return [Check(.ok, "release \(target.release) can run again: its version, its AMI and its image are there")]
      } + marks(group)
    }
  }

  private func marks(_ group: Group) -> [Check] {
    guard let survey = facts.survey else { return [] }
    return Drift.all(in: survey).filter { [.offPassed, .unmarked, .staleMark, .forged].contains($0.kind) }.map {
      Check(.warning, $0.sentence, command: $0.command)
    }
  }
}

import ReleaseCore
import SimulatedAWS

extension Simulation {
  /// Performs the actions of one answer: announcements at once, the others each in its time.
  func perform(_ actions: [Action], of watcher: Watcher) {
    for action in mutation?.altered(actions, of: watcher) ?? actions where watcher.isAlive {
      switch action {
      case .announce(let announcement):
        watcher.announcements.append((now, announcement))
        onSay(self, announcement)
        trace?.append("\(clock)   says \(announcement.sentence)")
      case .end(let outcome):
        watcher.outcome = outcome
        watcher.isAlive = false
        onEnd(self, watcher)
      default:
        ask(action, of: watcher)
      }
    }
  }

  private func ask(_ action: Action, of watcher: Watcher) {
    let index = watcher.actions.count
    let name = Simulation.name(of: action)
    watcher.actions.append((now, action))
    if let name { watcher.asked[name, default: 0] += 1 }
    let number = name.map { watcher.asked[$0, default: 0] } ?? 0
    if trace != nil, let line = action.inWords { trace?.append("\(clock)   asks \(line)") }
    if let kill = watcher.kill, kill.index == index, !kill.isAfter { return die(watcher) }
    if watcher.interrupt?(action) == true {
      watcher.interrupt = nil
      after(seconds: 0) { $0.deliver(.interrupted(signal: "SIGTERM"), to: watcher) }
    }
    checkCancel(action, of: watcher)
    let latency = Simulation.latency(of: action)
    guard let name else {
      // A wait has no effect in the world.
      return after(seconds: latency) { $0.deliver(.woke, to: watcher) }
    }
    after(seconds: latency / 2) { simulation in
      guard watcher.isAlive else { return }
      let event = simulation.answer(to: action, name, number: number, of: watcher)
      if let kill = watcher.kill, kill.index == index, kill.isAfter { return simulation.die(watcher) }
      simulation.after(seconds: latency / 2) { $0.deliver(event, to: watcher) }
    }
  }

  private func die(_ watcher: Watcher) {
    trace?.append("\(clock)   is killed")
    watcher.isAlive = false
  }

  /// A rollback that the run has seen, or asked for itself, is never cancelled.
  private func checkCancel(_ action: Action, of watcher: Watcher) {
    guard case .cancelRefresh = action, let newest = newestRefresh, newest.status == .rollbackInProgress else { return }
    if watcher.seenRollback == newest.id || watcher.askedRollback == newest.id {
      violate("a rollback in progress is never cancelled", "refresh \(newest.id) is to be cancelled")
    }
  }

  /// Hands an event to a run that still lives.
  func deliver(_ event: Event, to watcher: Watcher) {
    guard watcher.isAlive else { return }
    if case .observed(let observation, _) = event, let newest = observation.refreshes?.first,
      newest.status == .rollbackInProgress
    {
      watcher.seenRollback = newest.id
    }
    if case .refreshStarted(let id) = event { watcher.knownStart = id }
    let told = mutation?.altered(event, for: watcher) ?? event
    if trace != nil, let line = event.inWords { trace?.append("\(clock)   hears \(line)") }
    let actions = watcher.run.handle(told, at: now + watcher.skew)
    if case .goingBack(let back) = watcher.run.phase { watcher.leaving = back.rollout.release }
    perform(actions, of: watcher)
  }

  private func answer(to action: Action, _ name: FailedAction, number: Int, of watcher: Watcher) -> Event {
    switch watcher.trouble?(action, number) {
    case .refused(let failure):
      return .failed(name, failure)
    case .answerLost(let failure):
      _ = try? carryOut(action, of: watcher)
      return .failed(name, failure)
    case nil: break
    }
    do {
      return try carryOut(action, of: watcher)
    } catch let failure as ActionFailure {
      return .failed(name, failure)
    } catch let fault as Fault {
      return .failed(name, Simulation.failure(fault))
    } catch {
      return .failed(name, ActionFailure(.other, "\(error)"))
    }
  }

  /// The effect of an action, noted for the laws.
  private func carryOut(_ action: Action, of watcher: Watcher) throws -> Event {
    onEffect(self, watcher, action)
    if case .rollBackRefresh = action, let seconds = watcher.lateSightOfBack {
      held = Held(world, [.refreshes], until: world.now + Int64(seconds * 1000))
    }
    let answer = try effect(of: action)
    switch action {
    case .startRefresh(let order): watcher.started.append(order)
    case .rollBackRefresh: watcher.askedRollback = newestRefresh?.id
    case .cancelRefresh: watcher.cancelled += 1
    case .observe: onLook(self, watcher)
    default: break
    }
    return answer
  }

  /// What an action does in the world at this moment, or the failure that the port would throw.
  func answer(to action: Action) throws(ActionFailure) -> Event {
    do {
      return try effect(of: action)
    } catch let failure as ActionFailure {
      throw failure
    } catch let fault as Fault {
      throw Simulation.failure(fault)
    } catch {
      throw ActionFailure(.other, "\(error)")
    }
  }

  /// What an action does in the world at this moment, and its answer.
  private func effect(of action: Action) throws -> Event {
    switch action {
    case .resolve(let revision): return .resolved(try resolve(revision))
    case .survey: return .surveyed(survey())
    case .compare(let commit, let other): return .compared(compare(commit, other))
    case .checkRollbackTarget(let version): return .rollbackTargetChecked(check(version))
    case .checkImage(let order): return .imageChecked(check(order))
    case .observe(let parts): return observe(parts)
    case .collectEvidence(let requests):
      return .evidence(requests.map { Evidence(instance: $0.instance, targets: $0.targets) })
    case .findImage(let order): return .imageFound(find(order))
    case .checkScan:
      return .scanned(scans.count > 1 ? scans.removeFirst() : scans.first ?? ScanReport(status: .notFound))
    case .build(let order):
      return .built(
        BuiltImage(id: "sha256:image-of-\(order.commit.short)", platform: order.platform ?? "linux/arm64"))
    case .push(let order): return .pushed(push(order))
    case .tagImage(let order): return .imageTagged(reference: try name(order))
    case .pin(let configuration):
      var change = World.GroupChange()
      change.source = Simulation.source(configuration)
      try world.updateGroup(Simulation.group, change)
      return .pinned
    case .createVersion(let order): return .versionCreated(try create(order))
    case .tag(let tags):
      try write(tags)
      return .tagged
    case .startRefresh(let order):
      return .refreshStarted(
        id: try world.startInstanceRefresh(
          of: Simulation.group, desired: Simulation.source(order.configuration),
          preferences: Simulation.preferences(order)))
    case .rollBackRefresh:
      try world.rollbackInstanceRefresh(of: Simulation.group)
      return .rollbackAccepted
    case .cancelRefresh:
      try world.cancelInstanceRefresh(of: Simulation.group)
      return .cancelAccepted
    case .runHook(let order):
      try onHook(order)
      return .hookPassed
    case .notify(_, let channel): return .notified(channel)
    case .wait, .announce, .end: return .woke
    }
  }

  private func resolve(_ revision: String?) throws -> ResolvedCommit {
    guard let revision else { return resolved(commits[commits.count - 1]) }
    guard let commit = commits.first(where: { $0.hex.hasPrefix(revision) }) else {
      throw ActionFailure(.refused, "\(revision) is no commit of this repository.")
    }
    return resolved(commit)
  }

  private func resolved(_ commit: Commit) -> ResolvedCommit {
    ResolvedCommit(commit: commit, branch: "main", contextTree: trees[commit])
  }

  private func compare(_ commit: Commit, _ other: Commit) -> Ancestry {
    guard let left = commits.firstIndex(of: commit), let right = commits.firstIndex(of: other) else {
      return .unknown("it is not in this clone")
    }
    return left < right ? .older : .notOlder
  }

  private func find(_ order: ImageOrder) -> StoredImage? {
    contents[order.key].map { content in
      StoredImage(
        digest: content.digest, tag: "content", built: Moment(milliseconds: content.pushed.milliseconds),
        isNamed: names[order.commit] == content.digest)
    }
  }

  private func push(_ order: PushOrder) -> Digest {
    let digest = digests[order.commit] ?? Fleet.digest(of: order.commit)
    registry.insert(digest)
    if let key = order.key {
      contents[key] = Content(digest: digest, pushed: world.now)
    } else {
      names[order.commit] = digest
    }
    return digest
  }

  /// No tag is moved: a rebuilt image gets the next one.
  private func name(_ order: TagOrder) throws -> String {
    guard registry.contains(order.digest) else { throw ActionFailure(.other, "\(order.digest) is not there") }
    if let holder = names[order.commit], holder != order.digest {
      guard order.isRebuild else { throw ActionFailure(.refused, "the commit's tag names \(holder)") }
      return "\(order.repository):\(order.commit)-2"
    }
    names[order.commit] = order.digest
    return "\(order.repository):\(order.commit)"
  }

  private func check(_ version: TemplateVersion) -> RollbackTargetCheck {
    let digest = UserData.pinnedDigest(in: version.userData, repository: Fleet.repository)
    var problems: [String] = []
    if let digest, !registry.contains(digest) { problems.append("image \(digest) is not in the registry any more") }
    if !world.machineImages.contains(where: { $0.id == version.imageID }) {
      problems.append("AMI \(version.imageID ?? "") is gone")
    }
    return RollbackTargetCheck(release: version.number, problems: problems)
  }

  private func check(_ order: ImageCheckOrder) -> ImageCheck {
    let commit = commits.first { (digests[$0] ?? Fleet.digest(of: $0)) == order.digest }
    let problems = registry.contains(order.digest) ? [] : ["image \(order.digest) is not in the registry"]
    return ImageCheck(digest: order.digest, problems: problems, commit: isLabelled ? commit : nil)
  }

  private func create(_ order: VersionOrder) throws -> Int {
    let data = TemplateData(tree: .members([Tree.Member("UserData", .text(Fleet.base64(order.userData)))]))
    return try world.createTemplateVersion(
      of: World.TemplateSpecification(id: order.templateID), source: String(order.source),
      description: order.description, data: data, token: "\(order.source) \(order.description)"
    ).number
  }

  private func write(_ tags: [String: String?]) throws {
    for (key, value) in tags {
      if let value {
        try world.setTags([World.GroupTag(key, value)], of: Simulation.group)
      } else {
        try world.deleteTags([key], of: Simulation.group)
      }
    }
  }

  /// Seconds from the request to its answer.
  private static func latency(of action: Action) -> Double {
    switch action {
    case .wait(let duration): Double(duration.wholeMilliseconds) / 1000
    case .build: 20
    case .push: 5
    case .findImage, .tagImage, .checkScan: 0.2
    case .survey, .collectEvidence: 0.4
    case .resolve, .compare: 0.02
    default: 0.1
    }
  }

  static func name(of action: Action) -> FailedAction? {
    switch action {
    case .resolve: .resolve
    case .survey: .survey
    case .compare: .compare
    case .checkRollbackTarget: .checkRollbackTarget
    case .checkImage: .checkImage
    case .observe: .observe
    case .collectEvidence: .collectEvidence
    case .findImage: .findImage
    case .checkScan: .checkScan
    case .build: .build
    case .push: .push
    case .tagImage: .tagImage
    case .pin: .pin
    case .createVersion: .createVersion
    case .tag: .tag
    case .startRefresh: .startRefresh
    case .rollBackRefresh: .rollBackRefresh
    case .cancelRefresh: .cancelRefresh
    case .runHook: .runHook
    case .notify: .notify
    case .wait, .announce, .end: nil
    }
  }

  static func failure(_ fault: Fault) -> ActionFailure {
    let kind: ActionFailure.Kind =
      switch fault.code {
      case "InstanceRefreshInProgress": .refreshInProgress
      case "ActiveInstanceRefreshNotFound": .noActiveRefresh
      case "IrreversibleInstanceRefresh": .irreversible
      case "Throttling": .throttled
      case "ValidationError": .refused
      default: .other
      }
    return ActionFailure(kind, fault.description)
  }
}

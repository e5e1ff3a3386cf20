extension World {
  /// StartInstanceRefresh; gives the new refresh's id.
  ///
  /// Refused with `InstanceRefreshInProgress` while another is active, and with `ValidationError` for preferences out
  /// of range, a desired configuration that cannot be launched, alarms that are not OK, and AutoRollback where nothing
  /// could be rolled back to.
  @discardableResult
  public mutating func startInstanceRefresh(
    of name: String, desired: LaunchSource? = nil, preferences: RefreshPreferences = RefreshPreferences()
  ) throws(Fault) -> String {
    let g = try groupIndex(name)
    guard groups[g].activeRefresh == nil else {
      throw Fault(
        "InstanceRefreshInProgress",
        "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.")
    }
    try preferences.check()
    let desired = try desired.map { source throws(Fault) in try complete(source) }
    try checkAutoRollback(preferences, desired, groups[g])
    try checkAlarms(preferences.alarms)
    if preferences.skipMatching == true || desired != nil,
      groups[g].source.usesRequirements || desired?.usesRequirements == true
    {
      throw .validation("Skip matching and desired configurations are not supported with InstanceRequirements")
    }
    let until = now + milliseconds(pace.pending)
    let refresh = InstanceRefresh(
      id: random.uuid(), status: .pending, started: now, desired: desired,
      preferences: preferences.effective(in: groups[g]), phaseStarted: now, holdUntil: until, lastProgress: now)
    groups[g].refreshes.append(refresh)
    if groups[g].refreshes.count > 200 { groups[g].refreshes.removeFirst(100) }
    settle()
    return refresh.id
  }

  /// RollbackInstanceRefresh; gives the id of the refresh that is rolled back.
  @discardableResult
  public mutating func rollbackInstanceRefresh(of name: String) throws(Fault) -> String {
    let g = try groupIndex(name)
    guard let refresh = groups[g].activeRefresh,
      refresh.status == .pending || refresh.status == .inProgress || refresh.status == .baking
    else { throw noActiveRefresh(name) }
    guard refresh.desired != nil, canRollBack(to: groups[g].source) else {
      throw Fault(
        "IrreversibleInstanceRefresh",
        "The instance refresh cannot be rolled back: a desired configuration was not found, or the launch template of "
          + "the Auto Scaling group uses $Latest, $Default or a Systems Manager parameter instead of an AMI ID.")
    }
    beginRollback(g, reason: "Rollback was requested by a user.")
    settle()
    return refresh.id
  }

  /// CancelInstanceRefresh, of a refresh or of its rollback; gives its id. Nothing that was replaced is undone.
  @discardableResult
  public mutating func cancelInstanceRefresh(
    of name: String, waitForTransitioningInstances: Bool = true
  ) throws(Fault) -> String {
    let g = try groupIndex(name)
    guard let refresh = groups[g].activeRefresh, refresh.status != .cancelling else { throw noActiveRefresh(name) }
    let last = groups[g].refreshes.count - 1
    groups[g].refreshes[last].status = .cancelling
    groups[g].refreshes[last].holdUntil = now + milliseconds(pace.cancelling)
    groups[g].refreshes[last].waitsForTransitions = waitForTransitioningInstances
    groups[g].refreshes[last].reason = .cancelledByUser
    settle()
    return refresh.id
  }

  private func noActiveRefresh(_ name: String) -> Fault {
    Fault(
      "ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found for Auto Scaling group \(name)"
    )
  }

  /// Whether a rollback could find its way back: a numbered version whose image is no parameter's.
  func canRollBack(to source: LaunchSource) -> Bool {
    guard let specification = source.template, specification.isPinned, let template = template(specification),
      let number = template.number(of: specification.version), let version = template[number]
    else { return false }
    return version.data.imageID?.hasPrefix("resolve:ssm:") != true
  }

  private func checkAutoRollback(
    _ preferences: RefreshPreferences, _ desired: LaunchSource?, _ group: Group
  ) throws(Fault) {
    guard preferences.autoRollback == true else { return }
    guard desired != nil else {
      throw .validation(
        "AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty")
    }
    guard canRollBack(to: group.source) else {
      throw .validation(
        "AutoRollback parameter cannot be set to true when the launch template of the Auto Scaling group uses $Latest, "
          + "$Default or a Systems Manager parameter instead of an AMI ID")
    }
  }

  private func checkAlarms(_ names: [String]) throws(Fault) {
    for name in names {
      guard let alarm = alarms.first(where: { $0.name == name }) else {
        throw .validation("The CloudWatch alarm \(name) does not exist")
      }
      guard alarm.state == .ok else {
        throw .validation(
          "An instance refresh cannot start while the CloudWatch alarm \(name) is in the \(alarm.state.rawValue) state")
      }
    }
  }

  /// The source with template id and name filled in; refused when it names what does not exist.
  func complete(_ source: LaunchSource) throws(Fault) -> LaunchSource {
    switch source {
    case .template(let specification): return .template(try complete(specification))
    case .mixed(var policy):
      policy.template = try complete(policy.template)
      for index in policy.overrides.indices {
        if let own = policy.overrides[index].template { policy.overrides[index].template = try complete(own) }
      }
      return .mixed(policy)
    case .launchConfiguration: return source
    }
  }

  private func complete(_ specification: TemplateSpecification) throws(Fault) -> TemplateSpecification {
    guard let template = template(specification) else {
      throw .validation(
        "You must use a valid fully-formed launch template. The specified launch template does not exist.")
    }
    guard template.number(of: specification.version) != nil else {
      throw .validation(
        "You must use a valid fully-formed launch template. Could not find launch template version "
          + "'\(specification.version ?? "")' for the specified launch template ID: '\(template.id)'.")
    }
    return TemplateSpecification(
      id: template.id, name: template.name, version: specification.version ?? "$Default")
  }
}

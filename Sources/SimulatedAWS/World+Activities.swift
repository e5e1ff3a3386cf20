extension World {
  /// How many activities of a group are kept: AWS keeps six weeks.
  private static let activitiesMax = 5000

  mutating func record(
    _ kind: Activity.Kind, _ reason: Activity.Reason, zone: String, in g: Int, status: String, message: String? = nil
  ) {
    let isOver = status == "Failed"
    groups[g].activities.append(
      Activity(
        id: random.uuid(), kind: kind, reason: reason, started: now, ended: isOver ? now : nil, status: status,
        message: message, zone: zone))
    if groups[g].activities.count > Self.activitiesMax { groups[g].activities.removeFirst(Self.activitiesMax / 2) }
  }

  /// Ends the open activity of that kind on that instance.
  mutating func close(_ kind: Activity.Kind, in g: Int, status: String, message: String? = nil) {
    guard let index = groups[g].activities.lastIndex(where: { $0.ended == nil && $0.kind.isSame(as: kind) }) else {
      return
    }
    groups[g].activities[index].ended = now
    groups[g].activities[index].status = status
    if let message { groups[g].activities[index].message = message }
  }
}

extension World.Activity.Kind {
  fileprivate func isSame(as other: Self) -> Bool {
    switch (self, other) {
    case (.launch(let own), .launch(let its)): own == its
    case (.terminate(let own), .terminate(let its)): own == its
    case (.launch, .terminate), (.terminate, .launch): false
    }
  }
}

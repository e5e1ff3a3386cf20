/// Which database stands beside a fleet, and what a snapshot of it is called.
public enum DatabaseChoice {
  /// The database that was named, else the one with the service's name, else the only one in the instances' network.
  ///
  /// - Parameters:
  ///   - beside: the databases in the network of the group's instances.
  ///   - all: those of the whole account and region.
  /// - Throws: a ``RunbookRefusal`` that lists what there is.
  public static func choose(
    named: String?, service: String, beside: [String], all: [String]
  ) throws(RunbookRefusal) -> String {
    let list = { (names: [String]) in
      names.isEmpty ? "there is none" : "there is \(names.sorted().joined(separator: ", "))"
    }
    if let named {
      guard all.contains(named) else { throw RunbookRefusal("there is no database \(named): \(list(all))") }
      return named
    }
    if beside.contains(service) { return service }
    guard let only = beside.first, beside.count == 1 else {
      throw RunbookRefusal(
        "no single database stands in the network of the fleet's instances: \(list(beside)). Name it with --database")
    }
    return only
  }

  /// One for each run, so that a hook that runs again makes no second one.
  public static func snapshotName(of database: String, before run: RunID) -> String {
    "\(database.prefix(220))-before-\(run.text.lowercased())"
  }

  /// Unique to the second, and within RDS's rules: letters, digits and single hyphens, at most 255, a letter first.
  ///
  /// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html
  public static func snapshotName(of database: String, at now: Moment) -> String {
    let time = now.timestamp.prefix(19).filter { $0.isNumber }
    return "\(database.prefix(230))-before-\(time)"
  }
}

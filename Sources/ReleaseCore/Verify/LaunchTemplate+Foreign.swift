extension LaunchTemplate {
  /// Versions that no release made and whose data the saved version does not have, rising.
  ///
  /// What is newer than the saved version was never taken in. Of what is older, a version is missing only if it came
  /// after the one that the saved version's own data go back to, for a release may have been made from an older source
  /// when the other was there already.
  func foreignVersions(toSaved saved: Int, repository: String) -> [Int] {
    let foreign = versions.values.filter { $0.number != saved && $0.release(of: repository) == nil }
    let data = versions[saved]?.fingerprint
    let origin = foreign.filter { $0.number < saved && $0.fingerprint == data }.map(\.number).max()
    return foreign.filter { version in
      version.number > saved
        || origin.map { version.number > $0 && version.fingerprint != data } ?? false
    }.map(\.number).sorted()
  }
}

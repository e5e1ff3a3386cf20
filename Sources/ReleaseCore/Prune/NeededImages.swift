/// Which images of the repository stay, and why.
struct NeededImages {
  private let newest: Set<Digest>
  private let isYoung: (RepositoryImage) -> Bool
  private let digests: [Digest: String]
  private let tags: [String: String]
  /// Why no image at all may go; `nil`: some may.
  private let doubt: String?

  /// - Parameter gone: versions that will be deleted, and need no image any more.
  init(
    _ survey: PruneSurvey, without gone: Set<Int>, settings: Pipeline.Prune, reuseFor: Duration, now: Moment
  ) {
    let ages = survey.images.filter(\.isOurs).sorted { ($0.pushed ?? now) > ($1.pushed ?? now) }
    newest = Set(ages.prefix(settings.keep).map(\.digest))
    let window = max(settings.window, reuseFor)
    isYoung = { image in image.pushed.map { now - $0 <= window } ?? true }
    var (digests, tags): ([Digest: String], [String: String]) = ([:], [:])
    var doubt: String?
    func read(_ script: [UInt8], _ user: String) {
      for name in UserData.images(in: script, repository: survey.fleet.repository) {
        switch name {
        case .digest(let digest): digests[digest] = digests[digest] ?? "\(user) runs it"
        case .tag(let tag): tags[tag] = tags[tag] ?? "\(user) runs its tag \(tag)"
        case .variable: doubt = doubt ?? "\(user) names its image by a variable"
        }
      }
    }
    for version in survey.versions where !gone.contains(version.number) {
      read(version.userData, "version \(version.number)")
    }
    for neighbour in survey.neighbours {
      for script in neighbour.scripts { read(script, "group \(neighbour.group)") }
    }
    (self.digests, self.tags, self.doubt) = (digests, tags, doubt)
  }

  func judge(_ image: RepositoryImage) -> PrunePlan.Judgement {
    if newest.contains(image.digest) || isYoung(image) { return .young }
    if let why = digests[image.digest] ?? image.tags.lazy.compactMap({ tags[$0] }).first { return .needed(why) }
    guard image.isOurs else {
      let names =
        image.tags.isEmpty
        ? "it has no tag" : "it has a tag that no release gave (\(image.tags.joined(separator: ", ")))"
      return .needed(names)
    }
    return doubt.map { .needed($0) } ?? .old
  }
}

import ReleaseCore

/// Every key that a pipeline file may have, by the section it stands in; the file itself is the section `""`.
enum KnownKeys {
  static let sections: [String: [String]] = [
    "": ["service", "region", "source", "image", "fleet", "rollout", "rollback", "hooks", "notices", "prune"],
    "source": ["repository", "branch"],
    "image": [
      "repository", "context", "dockerfile", "platform", "buildArgs", "target", "reuseFor", "cacheFrom", "blockOn",
    ],
    "fleet": ["group", "userData"],
    "rollout": [
      "minHealthyPercent", "maxHealthyPercent", "warmup", "checkpoints", "checkpointDelay", "bake", "alarms",
      "unhealthyAfter", "startWithin", "stalledAfter", "timeout", "poll", "protected",
    ],
    "hooks": ["beforeRollout", "afterPassed", "afterRollback"],
    "hooks.beforeRollout": hook, "hooks.afterPassed": hook, "hooks.afterRollback": hook,
    "notices": ["webhook", "topic", "results"],
    "prune": ["keep", "window"],
  ]

  private static let hook = ["run", "where", "environment", "envFile", "network", "timeout"]

  /// `rollout.warmup`, or `service`.
  static func path(_ key: String, in section: String) -> String {
    section.isEmpty ? key : "\(section).\(key)"
  }

  /// What to write instead of an unknown `key` of `section`: the key nearest to it there, the section that it belongs
  /// to, or else all the keys that there are.
  static func advice(for key: String, in section: String) -> String {
    let here = sections[section] ?? []
    let lowered = key.lowercased()
    let nearest = here.map { (key: $0, distance: EditDistance.between(lowered, $0.lowercased())) }
      .min { $0.distance < $1.distance }
    if let nearest, nearest.distance <= max(1, min(3, key.count / 3)) {
      return "did you mean \"\(nearest.key)\"?"
    }
    let elsewhere = sections.filter { $0.key != section && $0.value.contains(key) }.keys.sorted()
    if let home = elsewhere.first {
      return home.isEmpty ? "\"\(key)\" stands at the top of the file" : "\"\(key)\" is a key of \(home)"
    }
    return "known here: \(here.joined(separator: ", "))"
  }
}

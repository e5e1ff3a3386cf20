extension Explanation {
  /// The exit codes, each once, rising: the design's table.
  public static let exitCodes: [Explanation] = [
    Explanation(
      .exitCode, "0",
      "Released, or already live: digest, every instance, every target and the passed mark agree. For rollback: landed. "
        + "For resume: nothing to do. For plan: a release would go on. For verify and audit: nothing failed."),
    Explanation(
      .exitCode, "1", "Failed or interrupted before the fleet was touched.",
      "Mend what the output names, and run it again: nothing has changed."),
    Explanation(
      .exitCode, "2", "Wrong usage, or a wrong pipeline file.", "Correct the place that the output names."),
    Explanation(
      .exitCode, "3",
      "Refused by a precondition: the fleet, the commit or the image is in a state that a release could not end well "
        + "from.",
      "Mend what the output names; wanzami-deploy verify lists all preconditions with the commands that mend them."),
    Explanation(
      .exitCode, "4", "Another rollout holds the fleet: AWS allows one instance refresh at a time.",
      "Wait for it (release --wait-for-lock), or see wanzami-deploy status for whose it is."),
    Explanation(
      .exitCode, "5",
      "The release failed and the fleet is back on the release that passed before, proven at the load balancer.",
      "Read the evidence in the log, mend the release, and release a new commit."),
    Explanation(
      .exitCode, "6",
      "The release failed and a person is needed: the fleet is not proven to be on a release that passed.",
      "Run the commands that the output names, then wanzami-deploy status."),
    Explanation(
      .exitCode, "7", "Interrupted; the rollout goes on in AWS without a watcher.",
      "Run wanzami-deploy resume, from any machine."),
    Explanation(
      .exitCode, "8", "Drift: status --check found the fleet otherwise than the last release left it.",
      "See the findings; each names what mends it."),
  ]

  static let outcomes: [Explanation] = [
    Explanation(.outcome, "released", "The release passed: exit 0."),
    Explanation(.outcome, "already-live", "The release is live already, and nothing was done: exit 0."),
    Explanation(.outcome, "landed", "A rollback that an operator asked for has landed: exit 0."),
    Explanation(.outcome, "nothing-to-do", "resume found nothing to take up: exit 0."),
    Explanation(.outcome, "failed", "It failed before the fleet was touched: exit 1."),
    Explanation(.outcome, "refused", "A precondition forbids it: exit 3.", "wanzami-deploy verify lists them all."),
    Explanation(.outcome, "held", "Another rollout holds the fleet: exit 4.", "See wanzami-deploy status."),
    Explanation(.outcome, "rolled-back", "The release failed, and the fleet is back on the one before: exit 5."),
    Explanation(.outcome, "needs-person", "The fleet is in a state that a person has to mend: exit 6."),
    Explanation(
      .outcome, "interrupted", "The watcher was stopped; the rollout goes on in AWS: exit 7.",
      "Run wanzami-deploy resume."),
  ]

  static let words: [Explanation] = [
    Explanation(.word, "release", "A launch-template version made by a run: release 42 is version 42."),
    Explanation(.word, "fleet", "The Auto Scaling group, its launch template and its target groups."),
    Explanation(
      .word, "saved version",
      "The template version that the group itself is set to. Scale-outs launch it, and AWS's own rollback aims at it. A "
        + "rollout leaves it alone until its end."),
    Explanation(
      .word, "passed",
      "A release whose rollout and bake ended well; the only thing that a rollback may aim at. The group's tag "
        + "\(PassedMark.key) lists them, newest first."),
    Explanation(
      .word, "condemned",
      "A release that failed, or that an operator rolled away from: off the passed list, and never a rollback's default "
        + "aim again."),
    Explanation(
      .word, "in-flight",
      "The group's tag \(InFlightMark.key) says what was going on when its watcher was last alive: 42 rolling-out, or 42 "
        + "rolling-back-to 41.", "wanzami-deploy resume takes it up."),
    Explanation(.word, "rollout", "One instance refresh from its start to the verdict."),
    Explanation(
      .word, "verdict",
      "What is decided from what was observed of the new instances: go on, passed, or failed with a cause. Data that did "
        + "not come is never a verdict."),
    Explanation(.word, "evidence", "What is kept to explain a failed verdict, collected before instances are ended."),
    Explanation(
      .word, "bake", "The time at the end in which the whole fleet must stay healthy before the release has passed."),
    Explanation(.word, "floor", "The fewest healthy targets that a rollout may leave, by minHealthyPercent."),
    Explanation(
      .word, "journal",
      "The JSON-lines file of a run, in $XDG_STATE_HOME/wanzami-deploy/runs (default ~/.local/state): each effect before "
        + "and after it, and all that was said. resume works without it."),
  ]
}

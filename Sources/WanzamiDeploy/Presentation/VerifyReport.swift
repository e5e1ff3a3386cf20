import ReleaseCore

/// What `verify` says: a tree, and below each check the command that mends it.
struct VerifyReport {
  let verification: Verification
  let group: String

  func lines() -> [String] {
    verification.branches.flatMap { branch in
      [branch.name] + branch.checks.flatMap { lines($0) }
    } + [summary]
  }

  private func lines(_ check: Check) -> [String] {
    let mark = check.state.rawValue + String(repeating: " ", count: 8 - check.state.rawValue.count)
    let margin = String(repeating: " ", count: 10)
    return Prose.wrap(Printable.clean(check.sentence), first: "  \(mark)", hanging: margin)
      + (check.state == .ok ? nil : check.command).map { ["\(margin)$ \(Printable.clean($0))"] }.orEmpty
  }

  private var summary: String {
    let counts = [(Check.State.failed, "failed"), (.warning, "warnings"), (.skipped, "skipped"), (.ok, "ok")]
      .map { "\(verification.count($0.0)) \($0.1)" }
    return (verification.isGood ? "a release would find all it needs" : "a release would be refused or unsafe") + ": "
      + counts.joined(separator: ", ")
  }

  /// One object for each check, then one for all.
  func jsonLines() -> [String] {
    let checks = verification.branches.flatMap { branch in
      branch.checks.map { check -> [Announcement.Fact] in
        [
          .text("event", "verify.check"), .text("branch", branch.name), .text("state", check.state.rawValue),
          .text("sentence", check.sentence), .text("command", check.command ?? ""),
        ]
      }
    }
    let all: [Announcement.Fact] =
      [
        .text("event", "verify"), .text("group", group), .text("result", verification.isGood ? "ok" : "failed"),
        .number("exit", verification.isGood ? 0 : 3),
      ] + Check.State.allCases.map { .number($0.rawValue, verification.count($0)) }
    return (checks + [all]).map(JSONLine.encode)
  }
}

extension Optional where Wrapped == [String] {
  fileprivate var orEmpty: [String] { self ?? [] }
}

import ReleaseCore
import Yams

extension PipelineReader {
  /// One hook, or a list of them; before a rollout the word `snapshot` is one.
  mutating func readHooks(_ point: String, in hooks: Section) -> [Pipeline.Hook] {
    sections(point, in: hooks, or: point == "beforeRollout" ? "snapshot" : nil).compactMap { section, mark in
      section.map { readHook($0, at: mark) } ?? .snapshot
    }
  }

  private mutating func readHook(_ section: Section, at mark: Mark?) -> Pipeline.Hook? {
    let before = problems.count
    let command = list("run", in: section, of: .text)?.map(\.value) ?? []
    if command.first?.isEmpty != false, problems.count == before {
      let allowed = "write the program and its arguments, such as [npm, run, migrate], or [sh, -c, \"…\"] for a shell"
      report("\(section.name).run", self.mark(of: "run", in: section) ?? mark, wrong: "is required", allowed: allowed)
    }
    guard !command.isEmpty else { return nil }
    var hook = Pipeline.Hook(command: command)
    if let place = value("where", in: section, as: .word as ValueForm<Pipeline.Hook.Place>) { hook.place = place }
    if let environment = mapping("environment", in: section, names: .variable) { hook.environment = environment }
    hook.environmentFile = value("envFile", in: section, as: .filePath)
    hook.network = value("network", in: section, as: .network)
    if let timeout = value("timeout", in: section, as: .patience) { hook.timeout = timeout }
    return hook
  }

  mutating func readNotices(_ section: Section, into notices: inout Pipeline.Notices) {
    if let name = value("webhook", in: section, as: .text) {
      notices.webhook = name
      if ValueForm<String>.variable.read(name) == nil {
        // What stands here may be the URL itself, which is a secret: it is not shown.
        let allowed = "write the name of the environment variable that holds the URL, never the URL itself"
        report("notices.webhook", mark(of: "webhook", in: section), wrong: "is not a variable's name", allowed: allowed)
      }
    }
    notices.topic = value("topic", in: section, as: .topic)
    if let results = list("results", in: section, of: .result) { notices.results = Set(results.map(\.value)) }
  }
}

extension ValueForm where Value == String {
  /// The name of an environment variable (POSIX, "Environment Variable Definition").
  static var variable: ValueForm {
    ValueForm(wrong: "is not the name of a variable", allowed: "write letters, digits and _, a letter first") { text in
      let isWhole = text.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      }
      return isWhole && text.utf8.first.map { isLetter($0) || $0 == UInt8(ascii: "_") } == true ? text : nil
    }
  }

  static var filePath: ValueForm {
    ValueForm(wrong: "is not a file's path", allowed: "write a path, such as /etc/wanzami.env") { text in
      !text.isEmpty && text.utf8.count <= 4096 && !text.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? text : nil
    }
  }

  /// A name that `docker run --network` takes.
  static var network: ValueForm {
    ValueForm(wrong: "is not a network", allowed: "write host, bridge, none or a network's name") { text in
      let isWhole = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
      return !text.isEmpty && text.utf8.count <= 255 && isWhole && !text.hasPrefix("-") ? text : nil
    }
  }

  /// The ARN of a standard topic; a FIFO topic takes no notice without a group.
  /// https://docs.aws.amazon.com/sns/latest/dg/sns-create-topic.html
  static var topic: ValueForm {
    let allowed = "write the ARN of a standard topic, as in arn:aws:sns:eu-north-1:123456789012:releases"
    return ValueForm(wrong: "is not a topic", allowed: allowed) { text in
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "sns",
        ValueForm.region.read(String(parts[3])) != nil, parts[4].utf8.count == 12, UInt64(parts[4]) != nil,
        (1...256).contains(parts[5].utf8.count),
        parts[5].utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
      else { return nil }
      return text
    }
  }

  /// How a run can end, as `run.ended` names it.
  static var result: ValueForm {
    ValueForm(wrong: "is no result of a run", allowed: "write any of \(Outcome.names.joined(separator: ", "))") {
      Outcome.names.contains($0) ? $0 : nil
    }
  }
}

private func isLetter(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

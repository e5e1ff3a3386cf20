/// The one command of AWS-RunShellScript that an instance of containers can run: reading its container's log.
struct LogCommand: Equatable, Sendable {
  /// How many lines from the end; `nil`: all.
  var tail: Int?

  /// `nil`: no command of the script is a `docker logs`.
  init?(script: [String]) {
    let text = script.joined(separator: "\n")
    let commands = ShellScript(Array(text.utf8)).commands
    let logs = commands.last { words in
      words.indices.dropLast().contains {
        (words[$0] == "docker" || words[$0].hasSuffix("/docker")) && words[$0 + 1] == "logs"
      }
    }
    guard let logs else { return nil }
    for (index, word) in logs.enumerated() {
      if word == "--tail" || word == "-n", index + 1 < logs.count { tail = Int(logs[index + 1]) }
      if word.hasPrefix("--tail=") { tail = Int(word.dropFirst("--tail=".count)) }
    }
  }
}

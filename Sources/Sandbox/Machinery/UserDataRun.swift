/// The last `docker run` of an instance's user data: what the instance would run once it has booted.
///
/// Only what a sandbox can honour is kept; every other option is listed in `ignored`, for the console.
/// https://docs.docker.com/reference/cli/docker/container/run/
public struct UserDataRun: Equatable, Sendable {
  /// One `-p [ip:]host:container[/tcp]`.
  public struct Port: Equatable, Sendable {
    public var host: Int
    public var container: Int

    public init(host: Int, container: Int) {
      self.host = host
      self.container = container
    }
  }

  /// The image reference as written, such as `127.0.0.1:5000/wanzami-api@sha256:…`.
  public var image: String
  public var ports: [Port] = []
  /// `KEY=value` in the order given; a bare `KEY` (taken from the host's environment) is in `ignored`.
  public var environment: [String] = []
  /// Paths on the instance, in the order given.
  public var environmentFiles: [String] = []
  /// `no`, `always`, `unless-stopped` or `on-failure[:n]`; `nil`: not given.
  public var restart: String?
  public var name: String?
  /// The words after the image.
  public var command: [String] = []
  /// Options that were recognised as such and have no effect here, as written.
  public var ignored: [String] = []

  /// `nil`: the script holds no `docker run` with an image, or it is no text.
  public init?(userData: [UInt8]) {
    guard
      let words = ShellScript(userData).commands.compactMap(UserDataRun.arguments).last,
      let run = UserDataRun(arguments: words)
    else { return nil }
    self = run
  }

  private init(image: String) { self.image = image }

  /// The words after `docker run`; `nil`: the command is another one, or only talks about it.
  private static func arguments(of command: [String]) -> ArraySlice<String>? {
    guard let first = command.first, !["echo", "printf", "logger", "cat"].contains(first) else { return nil }
    let program = command.firstIndex {
      let word = $0.hasPrefix("ExecStart=") ? $0.dropFirst("ExecStart=".count) : $0[...]
      return word == "docker" || word.hasSuffix("/docker")
    }
    guard let program else { return nil }
    var rest = command[(program + 1)...]
    if rest.first == "container" { rest = rest.dropFirst() }
    return rest.first == "run" ? rest.dropFirst() : nil
  }

  private init?(arguments: ArraySlice<String>) {
    var run = UserDataRun(image: "")
    var rest = arguments
    while let word = rest.first, word.hasPrefix("-"), word != "-" {
      rest = rest.dropFirst()
      if word == "--" { break }
      for option in RunOption.parse(word, following: &rest) { run.take(option) }
    }
    guard let image = rest.first, !image.isEmpty else { return nil }
    run.image = image
    run.command = Array(rest.dropFirst())
    self = run
  }

  private mutating func take(_ option: RunOption) {
    switch (option.name, option.value) {
    case ("publish", let value?):
      if let port = Port(value) { ports.append(port) } else { ignored.append(option.written) }
    case ("env", let value?) where value.contains("="): environment.append(value)
    case ("env-file", let value?): environmentFiles.append(value)
    case ("restart", let value?): restart = value
    case ("name", let value?): name = value
    case ("detach", _), ("interactive", _), ("tty", _), ("rm", _), ("init", _), ("pull", _), ("quiet", _): break
    default: ignored.append(option.written)
    }
  }
}

extension UserDataRun.Port {
  /// Parses `[ip:]host:container[/tcp]`; `nil` for ranges, random host ports and other protocols.
  init?(_ text: String) {
    var text = text[...]
    if text.hasSuffix("/tcp") { text = text.dropLast(4) }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 2, let host = UInt16(parts[parts.count - 2]), let container = UInt16(parts[parts.count - 1]),
      host > 0, container > 0
    else { return nil }
    self.init(host: Int(host), container: Int(container))
  }
}

/// One option of `docker run`, by its long name.
private struct RunOption {
  var name: String
  var value: String?
  var written: String

  private static let long: [Character: String] = [
    "a": "attach", "c": "cpu-shares", "d": "detach", "e": "env", "h": "hostname", "i": "interactive", "l": "label",
    "m": "memory", "p": "publish", "P": "publish-all", "q": "quiet", "t": "tty", "u": "user", "v": "volume",
    "w": "workdir",
  ]

  /// The options without a value; each other one takes the next word.
  private static let flags: Set<String> = [
    "detach", "interactive", "tty", "rm", "init", "privileged", "publish-all", "read-only", "no-healthcheck",
    "oom-kill-disable", "sig-proxy", "disable-content-trust", "quiet", "help",
  ]

  /// Parses one word, which may hold several short options, and takes a value from the following words if it needs one.
  static func parse(_ word: String, following rest: inout ArraySlice<String>) -> [RunOption] {
    if word.hasPrefix("--") {
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
        String.init)
      if parts.count == 2 { return [RunOption(name: parts[0], value: parts[1], written: word)] }
      return [RunOption(parts[0], written: word, inline: nil, following: &rest)]
    }
    var options: [RunOption] = []
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      let name = long[letter] ?? String(letter)
      let takesValue = !flags.contains(name)
      if takesValue, letters.first == "=" { letters = letters.dropFirst() }
      let inline = takesValue && !letters.isEmpty ? String(letters) : nil
      options.append(RunOption(name, written: "-\(letter)", inline: inline, following: &rest))
      if takesValue { break }
    }
    return options
  }

  private init(name: String, value: String?, written: String) {
    self.name = name
    self.value = value
    self.written = written
  }

  private init(_ name: String, written: String, inline: String?, following rest: inout ArraySlice<String>) {
    let value = RunOption.flags.contains(name) ? nil : inline ?? rest.popFirst()
    self.init(name: name, value: value, written: value.map { "\(written) \($0)" } ?? written)
  }
}

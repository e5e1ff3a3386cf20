/// Something in a Dockerfile that only BuildKit can build.
public struct DockerfileFinding: Equatable, Sendable {
  public enum Feature: String, Sendable {
    case mount = "RUN --mount"
    case runOption = "RUN --network or --security"
    case heredoc = "a heredoc (<<)"
    case copyOption = "COPY or ADD with --link, --parents, --exclude, --checksum, --keep-git-dir or --chmod"
    case platformVariable = "a platform variable in FROM that BuildKit sets by itself"
  }

  public var feature: Feature
  /// Counted from 1.
  public var line: Int
  public var text: String

  var sentence: String {
    "line \(line) of the Dockerfile needs BuildKit, which the Engine's classic builder is not: \(feature.rawValue), in "
      + "\"\(text)\". \(feature.wayOut)"
  }
}

extension DockerfileFinding.Feature {
  fileprivate var wayOut: String {
    switch self {
    case .mount:
      "Write the step without --mount: COPY what it mounts from a stage, and let the builder's layers be the cache."
    case .runOption: "Write the step without that option."
    case .heredoc: "Put the lines into a file of the context and COPY or RUN that, or join them with && and \\."
    case .copyOption: "Write it without that option; a mode is set by a RUN chmod, or by the file's own mode in git."
    case .platformVariable: "Give it a value in image.buildArgs, or write it out."
    }
  }
}

/// The first instruction that the classic builder refuses or, worse, takes for something else.
///
/// Asked before the upload: some versions of the Engine make an empty file of a heredoc and call it a success. A
/// `# syntax=` line is only a comment for the classic builder, so it is no finding by itself.
public func dockerfileFinding(_ dockerfile: String, buildArgs: [String: String] = [:]) -> DockerfileFinding? {
  for instruction in Dockerfile(dockerfile).instructions {
    if let feature = feature(of: instruction, buildArgs: buildArgs) {
      return DockerfileFinding(feature: feature, line: instruction.line, text: instruction.text)
    }
  }
  return nil
}

private func feature(
  of instruction: Dockerfile.Instruction, buildArgs: [String: String]
) -> DockerfileFinding.Feature? {
  let names = Set(instruction.options.map { $0.dropFirst(2).prefix { $0 != "=" } })
  switch instruction.keyword {
  case "ONBUILD":
    let text = instruction.text.drop { !$0.isWhitespace }.trimmingBlanks
    return feature(of: Dockerfile.Instruction(line: 0, text: String(text)), buildArgs: buildArgs)
  case "RUN":
    if names.contains("mount") { return .mount }
    if !names.isDisjoint(with: ["network", "security"]) { return .runOption }
    return instruction.arguments.contains(where: isHeredoc) ? .heredoc : nil
  case "COPY", "ADD":
    if !names.isDisjoint(with: ["link", "parents", "exclude", "checksum", "chmod", "keep-git-dir"]) {
      return .copyOption
    }
    return instruction.arguments.contains(where: isHeredoc) ? .heredoc : nil
  case "FROM":
    let platform = instruction.option("platform") ?? ""
    let variables = ["TARGETPLATFORM", "BUILDPLATFORM"]
    return variables.contains { platform.contains($0) && buildArgs[$0] == nil } ? .platformVariable : nil
  default: return nil
  }
}

/// Values for the variables that BuildKit sets by itself and the classic builder leaves empty, each that an `ARG` of the
/// Dockerfile names without a default
/// (https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope).
///
/// - Parameters:
///   - target: what the image is built for.
///   - builder: what the Engine itself runs on.
public func dockerfilePlatformArguments(
  _ dockerfile: String, target: Platform, builder: Platform
) -> [String: String] {
  var values: [String: String] = [:]
  for (side, platform) in [("TARGET", target), ("BUILD", builder)] {
    values["\(side)PLATFORM"] = platform.description
    values["\(side)OS"] = platform.operatingSystem
    values["\(side)ARCH"] = platform.architecture
    values["\(side)VARIANT"] = platform.variant ?? ""
  }
  let declared = Dockerfile(dockerfile).instructions.filter { $0.keyword == "ARG" }.flatMap(\.arguments)
  let names = Set(declared.map { String($0) })
  return values.filter { names.contains($0.key) }
}

/// `<<EOF`, `<<-EOF`, `<<"EOF"`, also after a file descriptor; not `<<<` and not the shift of an arithmetic expression.
private func isHeredoc(_ word: Substring) -> Bool {
  var rest = word.drop { $0.isNumber }
  guard rest.hasPrefix("<<"), !rest.hasPrefix("<<<") else { return false }
  rest = rest.dropFirst(2)
  if rest.first == "-" { rest = rest.dropFirst() }
  return rest.first.map { $0.isLetter || $0 == "_" || $0 == "\"" || $0 == "'" } ?? false
}

import ReleaseCore

/// The manual page, for the macros of man(7): written from the parser's own commands, so that it never tells of others.
struct ManualPage {
  let tree: CommandTree

  var text: String {
    let root = tree.command
    let commands = (root.subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
    var lines = [
      ".TH WANZAMI\\-DEPLOY 1 \"\" \"wanzami\\-deploy \(roff(Version.text))\" \"User Commands\"", ".SH NAME",
      "wanzami\\-deploy \\- \(roff(sentence(root.abstract ?? "")))", ".SH SYNOPSIS",
    ]
    for command in commands { lines += synopsis(command) }
    lines += [".SH DESCRIPTION"] + paragraph(ManualPage.description) + [".SH COMMANDS"]
    for command in commands { lines += section(command, common: common(commands)) }
    lines += [".SH COMMON OPTIONS", "Nearly all commands take these."]
    lines += (commands.first?.arguments ?? []).filter { common(commands).contains(key($0)) }.flatMap(entry)
    lines += [".SH EXIT STATUS"]
    for code in Explanation.exitCodes { lines += [".TP", ".B \(code.term)", roff(code.meaning)] }
    lines += [".SH ENVIRONMENT"] + ManualPage.environment.flatMap(tagged)
    lines += [".SH FILES"] + ManualPage.files.flatMap(tagged)
    lines +=
      [".SH EXAMPLES"]
      + ManualPage.examples.flatMap { ["\(roff($0.1)):", ".PP", ".RS", ".nf", roff($0.0), ".fi", ".RE", ".PP"] }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The options that every command takes which takes a pipeline file: told once.
  private func common(_ commands: [CommandTree.Command]) -> Set<String> {
    let taking = commands.map { Set(($0.arguments ?? []).map(key)) }.filter { $0.contains("--pipeline") }
    return taking.dropFirst().reduce(taking.first ?? []) { $0.intersection($1) }
  }

  private func key(_ argument: CommandTree.Argument) -> String { spellings(argument).last ?? argument.valueName ?? "" }

  private func synopsis(_ command: CommandTree.Command) -> [String] {
    let arguments = (command.arguments ?? []).filter { $0.kind == "positional" && $0.shouldDisplay }.map { argument in
      let value = "\\fI\(roff(argument.valueName ?? ""))\\fR\(argument.isRepeating ? " ..." : "")"
      return argument.isOptional ? "[\(value)]" : value
    }
    let words = ["\\fBwanzami\\-deploy \(roff(command.commandName))\\fR", "[\\fIoptions\\fR]"] + arguments
    return [words.joined(separator: " "), ".br"]
  }

  private func section(_ command: CommandTree.Command, common: Set<String>) -> [String] {
    var lines = [".SS \(roff(command.commandName))", roff(sentence(command.abstract ?? "", ended: true))]
    if let discussion = command.discussion, !discussion.isEmpty { lines += [".PP"] + paragraph(discussion) }
    let own = (command.arguments ?? []).filter { argument in
      argument.shouldDisplay && !common.contains(key(argument)) && !["--help", "--version"].contains(key(argument))
    }
    return lines + own.flatMap(entry)
  }

  private func spellings(_ argument: CommandTree.Argument) -> [String] {
    (argument.names ?? []).map { $0.kind == "long" ? "--\($0.name)" : "-\($0.name)" }
  }

  private func entry(_ argument: CommandTree.Argument) -> [String] {
    let value = "\\fI\(roff(argument.valueName ?? ""))\\fR"
    let tag =
      argument.kind == "positional"
      ? value
      : spellings(argument).map { "\\fB\(roff($0))\\fR" }.joined(separator: ", ")
        + (argument.kind == "flag" ? "" : " \(value)")
    var text = argument.abstract ?? ""
    if let values = argument.allValues, !values.isEmpty { text += " One of \(values.joined(separator: ", "))." }
    if argument.kind != "flag", let preset = argument.defaultValue { text += " Default: \(preset)." }
    return [".TP", tag, roff(text)]
  }

  private func tagged(_ entry: (String, String)) -> [String] { [".TP", ".B \(roff(entry.0))", roff(entry.1)] }

  private func paragraph(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? ".PP" : roff(String($0)) }
  }

  private func sentence(_ text: String, ended: Bool = false) -> String {
    let bare = text.hasSuffix(".") ? String(text.dropLast()) : text
    return ended ? bare + "." : bare
  }

  /// Text in which nothing is a request of roff(7).
  private func roff(_ text: String) -> String {
    var escaped = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("…", with: "...")
      .replacing("–", with: "\\(en").replacing("×", with: "\\(mu")
    if let first = escaped.first, first == "." || first == "'" { escaped = "\\&" + escaped }
    return escaped
  }
}

import ArgumentParser

/// Not shown in help: scripts/package asks it.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Print the manual page, for man(1).", shouldDisplay: false)

  func run() throws {
    Console.write(Array(ManualPage(tree: try CommandTree.read()).text.utf8), to: 1)
  }
}

import FoundationEssentials

/// The commands as the parser knows them, by its own description of itself.
struct CommandTree: Decodable {
  struct Command: Decodable {
    var commandName: String
    var abstract: String?
    var discussion: String?
    var arguments: [Argument]?
    var subcommands: [Command]?
    var shouldDisplay: Bool?
  }

  struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String
    }

    var kind: String
    var shouldDisplay: Bool
    var isOptional: Bool
    var isRepeating: Bool
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var allValues: [String]?
    var abstract: String?
  }

  var command: Command

  static func read() throws -> CommandTree {
    try JSONDecoder().decode(CommandTree.self, from: Data(WanzamiDeploy._dumpHelp().utf8))
  }
}

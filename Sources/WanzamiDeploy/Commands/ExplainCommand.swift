import ArgumentParser
import PipelineFile
import ReleaseCore

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain a key, an exit code, a status, a reason or an error code, offline.",
    discussion: "Without a term all that can be explained is listed.")

  @Argument(help: "Such as rollout.bake, 5, Target.Timeout, never-healthy or IrreversibleInstanceRefresh.")
  var term: [String] = []

  func run() throws {
    let glossary = Glossary(keys: PipelineKey.explanations)
    guard !term.isEmpty else {
      for kind in Explanation.Kind.allCases {
        let terms = glossary.explanations.filter { $0.kind == kind }.map(\.term)
        Console.result(kind.rawValue)
        for line in Prose.wrap(terms.joined(separator: ", "), first: "  ", hanging: "  ") { Console.result(line) }
      }
      return
    }
    let asked = term.joined(separator: " ")
    let found = glossary.explanations(of: asked)
    guard !found.isEmpty else {
      let near = glossary.suggestions(for: asked)
      throw UsageProblem(
        description: "\"\(Printable.clean(asked))\" is nothing that can be explained"
          + (near.isEmpty
            ? "; wanzami-deploy explain lists what can" : "; did you mean \(near.joined(separator: ", "))?"))
    }
    for explanation in found {
      Console.result("\(explanation.term) (\(explanation.kind.rawValue))")
      for text in [explanation.meaning, explanation.advice].compactMap({ $0 }) {
        for line in Prose.wrap(text, first: "  ", hanging: "  ") { Console.result(line) }
      }
    }
  }
}

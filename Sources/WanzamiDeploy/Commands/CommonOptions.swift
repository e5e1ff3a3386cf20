import ArgumentParser
import PipelineFile
import ReleaseCore

/// What every command takes.
struct CommonOptions: ParsableArguments {
  @Option(
    help: "The pipeline file; default: WANZAMI_PIPELINE, else the only candidate in pipelines/.",
    completion: .file(extensions: ["yml", "yaml"]))
  var pipeline: String?

  @Option(
    help: "How to speak: auto, plain, json (one event a line) or github (groups, annotations, job summary, outputs).")
  var output = OutputFormat.auto

  @Flag(help: "Ask nothing, and do what would be asked: prune deletes what it shows.")
  var yes = false

  @Flag(help: "Also show each call to the outside, reads included, and how long it took.")
  var verbose = false

  /// Finds and decodes the pipeline file; a wrong one is exit 2.
  func loadPipeline(_ environment: ProcessEnvironment) throws(UsageProblem) -> (pipeline: Pipeline, path: String) {
    do throws(PipelineFileError) {
      let path = try PipelineFile.locate(
        flag: pipeline, environment: environment["WANZAMI_PIPELINE"],
        folder: environment.files(in: PipelineFile.folder))
      return (try PipelineFile.load(path: path), path)
    } catch {
      throw UsageProblem(description: error.description)
    }
  }
}

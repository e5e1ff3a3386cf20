import Foundation
import ReleaseCore
import Yams

/// One YAML file under `pipelines/`: how it is found, and how its text becomes checked values.
public enum PipelineFile {
  /// The most bytes that a pipeline file may have.
  public static let bytesMax = 1 << 20

  /// The folder of a repository in which pipeline files lie.
  public static let folder = "pipelines"

  /// Files of that folder that are never taken without being named.
  static let notCandidates: Set<String> = [
    "reference", "rehearsal", "infrastructure", "github-actions", "gitlab-ci",
  ]

  /// The path of the file to read: `--pipeline`, else `WANZAMI_PIPELINE`, else the only candidate of `pipelines/`.
  ///
  /// - Parameters:
  ///   - flag: what `--pipeline` says.
  ///   - environment: what `WANZAMI_PIPELINE` says; empty counts as not set.
  ///   - entries: the names in `pipelines/`, in any order; empty where there is no such folder.
  /// - Throws: ``PipelineFileError/several(_:)`` or ``PipelineFileError/noneFound``.
  public static func locate(
    flag: String?, environment: String?, folder entries: [String]
  ) throws(PipelineFileError) -> String {
    if let flag { return flag }
    if let environment, !environment.isEmpty { return environment }
    let candidates = entries.filter(isCandidate).sorted().map { "\(folder)/\($0)" }
    switch candidates.count {
    case 0: throw .noneFound
    case 1: return candidates[0]
    default: throw .several(candidates)
    }
  }

  /// Reads and decodes the file at `path`, which is relative to the current folder or absolute.
  public static func load(path: String) throws(PipelineFileError) -> Pipeline {
    let data: Data
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      data = try handle.read(upToCount: bytesMax + 1) ?? Data()
    } catch {
      throw .unreadable(file: path, reason: (error as NSError).localizedDescription)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .problems([PipelineProblem("", wrong: "is not UTF-8 text", allowed: "save it as UTF-8")], file: path)
    }
    return try decode(text: text, file: path)
  }

  /// Decodes a whole file; `file` is its name in messages.
  ///
  /// Throws ``PipelineFileError/problems(_:file:)`` with every problem of the file, in the order of its lines; a text
  /// that is no YAML, or repeats a key, has one.
  public static func decode(text: String, file: String) throws(PipelineFileError) -> Pipeline {
    guard text.utf8.count <= bytesMax else {
      let problem = PipelineProblem(
        "", wrong: "is larger than \(bytesMax) bytes", allowed: "a pipeline file has some dozen lines")
      throw .problems([problem], file: file)
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw .problems([PipelineProblem(yaml: error, text: text)], file: file)
    }
    var reader = PipelineReader()
    let pipeline = reader.pipeline(root)
    guard let pipeline, reader.problems.isEmpty else { throw .problems(reader.problems.sorted(), file: file) }
    return pipeline
  }

  private static func isCandidate(_ name: String) -> Bool {
    for ending in [".yml", ".yaml"] where name.hasSuffix(ending) && name.count > ending.count {
      return !name.hasPrefix(".") && !notCandidates.contains(String(name.dropLast(ending.count)))
    }
    return false
  }
}

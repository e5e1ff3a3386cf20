import ArgumentParser
import ReleaseCore

/// What `release` takes, and `plan` too.
struct ReleaseSwitches: ParsableArguments {
  @Argument(help: "A commit, tag or branch; default: the head of the pipeline's branch.")
  var commit: String?

  @Flag(
    name: .customLong("redeploy"),
    help: "The digest that is live again, on new instances: changed environment, secret or AMI.")
  var isRedeploy = false

  @Option(help: "A digest of the registry, sha256:…: nothing is built.")
  var image: String?

  @Flag(
    name: .customLong("rebuild"),
    help: "Build anew, on base images that are asked for again, although an image of the same content is there.")
  var rebuilds = false

  @Option(help: "A template version that somebody else made, whose data the release takes in.")
  var template: Int?

  @Flag(name: .customLong("no-rollback-target"), help: "Go on although the rollback target is gone.")
  var needsNoRollbackTarget = false

  @Flag(name: .customLong("allow-older"), help: "Release a commit that is older than the live one.")
  var allowsOlder = false

  @Flag(name: .customLong("incident"), help: "The fleet is sick or alarms are red already: fix forward.")
  var isIncident = false

  @Flag(name: .customLong("first"), help: "The fleet has no release that passed: a failure then needs a person.")
  var isFirst = false

  func validate() throws {
    if let image, Digest(image) == nil {
      throw ValidationError("--image takes a digest, sha256: and 64 hexadecimal digits; \"\(image)\" is none")
    }
    if isRedeploy, commit != nil || image != nil {
      throw ValidationError("--redeploy takes the digest that is live: name neither a commit nor --image")
    }
    if rebuilds, isRedeploy || image != nil {
      throw ValidationError("--rebuild builds an image, and --redeploy and --image name one that is there")
    }
    if let template, template < 1 { throw ValidationError("--template takes a version's number, from 1 on") }
  }

  var options: ReleaseOptions {
    var options = ReleaseOptions(revision: commit)
    options.isRedeploy = isRedeploy
    options.image = image.flatMap { Digest($0) }
    options.rebuilds = rebuilds
    options.template = template
    options.needsNoRollbackTarget = needsNoRollbackTarget
    options.allowsOlder = allowsOlder
    options.isIncident = isIncident
    options.isFirst = isFirst
    return options
  }

  /// Whether anything was said.
  var isEmpty: Bool { options == ReleaseOptions() }
}

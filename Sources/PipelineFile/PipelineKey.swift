import ReleaseCore

/// The keys of a pipeline file as people read of them: the comments of `pipelines/reference.yml`, which a test holds to
/// this table.
public enum PipelineKey {
  typealias Row = (path: String, meaning: String, standard: String?)

  /// In the order of the reference.
  static let meanings: [Row] = settings + hooks + notices + prune

  private static let settings: [Row] = [
    ("service", "The name that people know the service by.", "the group's name"),
    ("region", "The AWS region.", "what the AWS CLI would use (AWS_REGION, profile)"),
    (
      "source.repository",
      "The git repository: a path from the folder that the program is started in, or a URL (https://, ssh://, "
        + "user@host:path, file://), which is fetched into ~/.cache/wanzami-deploy/git (or $XDG_CACHE_HOME).", "."
    ),
    (
      "source.branch",
      "The branch that a released commit must be on: the remote's where there is a remote, else the local one.", "main"
    ),
    (
      "image.repository", "An ECR repository, or registry/repository, without a tag.",
      "the one in the template's user data"
    ),
    ("image.context", "The folder of the commit's tree that is the build's context.", "its root"),
    ("image.dockerfile", "The Dockerfile, as a path from the context.", "Dockerfile"),
    (
      "image.platform", "os/architecture, or os/architecture/variant.", "what the template's instance type runs"
    ),
    (
      "image.buildArgs", "Values of the Dockerfile's ARGs. They stay readable in the image: no place for a secret.",
      "{}"
    ),
    ("image.target", "The stage of the Dockerfile to build.", "the last"),
    (
      "image.reuseFor",
      "How old an image of the same content (context, Dockerfile, arguments, target, platform) may be and still stand in "
        + "for a build; it bounds the age of base images. 0s: each release builds. At most 8760h.", "168h"
    ),
    (
      "image.cacheFrom",
      "Layers of the image that is live as the builder's cache, pulled where the Engine has none: release or none.",
      "release"
    ),
    (
      "image.blockOn",
      "The least severity of a finding of ECR's scan that stops a release, which then waits for the scan: CRITICAL, "
        + "HIGH, MEDIUM, LOW, INFORMATIONAL or UNDEFINED.", "no scan is asked for"
    ),
    ("fleet.group", "The Auto Scaling group. Required.", nil),
    (
      "fleet.userData",
      "A script in the commit's tree that becomes the user data; {{image}} in it becomes the released image.",
      "the image is repinned in the template's own user data"
    ),
    (
      "rollout.minHealthyPercent",
      "How much of the desired capacity stays healthy and in service meanwhile, 0–100 percent.", "100"
    ),
    (
      "rollout.maxHealthyPercent",
      "How far above the desired capacity the group may go meanwhile, 100–200 percent.",
      "the group's maintenance policy; else up to three instances 150, more: 110, one batch of 10 %"
    ),
    ("rollout.warmup", "How long a new instance counts as young.", "the group's own, else 2m"),
    (
      "rollout.checkpoints",
      "Percentages at which the rollout holds for checkpointDelay; they rise, and the last is 100.", "[]"
    ),
    ("rollout.checkpointDelay", "How long each checkpoint holds.", "1m"),
    (
      "rollout.bake", "How long the whole fleet is watched at the end, before the release has passed.",
      "max(1m, (unhealthy threshold + 1) x interval + timeout) of the target group's health check"
    ),
    ("rollout.alarms", "CloudWatch alarms, at most ten: one that goes off fails the release.", "[]"),
    (
      "rollout.unhealthyAfter", "How long a new instance that was healthy may be unhealthy, unbroken.", "60s"
    ),
    ("rollout.startWithin", "How long a new instance may take until its first healthy answer.", "5m"),
    ("rollout.stalledAfter", "How long the rollout may make no progress.", "15m"),
    ("rollout.timeout", "How long the rollout may take in all.", "max(60m, twice the forecast of `plan`)"),
    (
      "rollout.poll",
      "How often target health is asked for; 100ms to 10m. While only the last step is missing, for two minutes at the "
        + "most, it is asked for each second.", "3s"
    ),
    ("rollout.protected", "Standby and scale-in-protected instances: ignore or replace.", "ignore"),
    (
      "rollback", "What a failed release does: automatic rolls back, manual leaves that to a person.", "automatic"
    ),
  ]

  private static let beforeRollout = """
    Before anything of the fleet is moved, with the image in the registry: a database migration. One that fails ends the \
    release with exit 1. It runs before each rollout that a run starts, so it must bear to run again; never for a rollout \
    that is adopted or resumed. `beforeRollout: snapshot`, alone or in a list, makes a manual snapshot of the fleet's \
    database, as `wanzami-deploy snapshot` does; it needs the statements of scripts/iam-policy-operator.json too.
    """

  private static let points: [Row] = [
    ("hooks.beforeRollout", beforeRollout, "none"),
    ("hooks.afterPassed", "After a release has passed. One that fails is only told.", "none"),
    (
      "hooks.afterRollback",
      "After the fleet is back on a release that passed; the image is that of the release that was left.", "none"
    ),
  ]

  /// A point, and what each of its hooks may have.
  private static let hooks: [Row] = points.flatMap { point in
    [point] + hook.map { ("\(point.path).\($0.path)", $0.meaning, $0.standard) }
  }

  private static let hook: [Row] = [
    ("run", "The program and its arguments, without a shell. Required.", nil),
    (
      "where",
      "engine: in a container of the image, on the Engine that built it; instance: in one on an instance of the group, "
        + "through Systems Manager; local: on this machine, without the image.", "engine"
    ),
    ("environment", "Further variables. Systems Manager keeps them readable: no place for a secret.", "{}"),
    ("envFile", "A file of NAME=value lines: on this machine, or for `instance` on the instance.", "none"),
    ("network", "The container's network.", "the Engine's own, a bridge"),
    ("timeout", "Past it the command is stopped, and has failed.", "10m"),
  ]

  private static let notices: [Row] = [
    ("notices.webhook", "The environment variable that holds the URL of a Slack-compatible webhook.", "none"),
    ("notices.topic", "An SNS topic.", "none"),
    (
      "notices.results",
      "The results that are told: released, already-live, landed, nothing-to-do, failed, refused, held, rolled-back, "
        + "needs-person, interrupted.", "released, landed, failed, rolled-back, needs-person, interrupted"
    ),
  ]

  private static let prune: [Row] = [
    ("prune.keep", "How many of the newest releases, and of the newest images, `prune` leaves alone; 1 to 1000.", "10"),
    ("prune.window", "How young a release or an image must be that it leaves alone.", "720h"),
  ]

  /// For `explain`.
  public static var explanations: [Explanation] {
    meanings.map { key in
      Explanation(.pipelineKey, key.path, key.meaning, key.standard.map { "Default: \($0)." })
    }
  }
}

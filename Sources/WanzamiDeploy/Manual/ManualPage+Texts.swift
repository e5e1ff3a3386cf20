extension ManualPage {
  static let description = """
    Builds the image of a commit, pushes it, pins it by digest in a numbered version of the group's launch template, and \
    has the group replace its instances. The new instances are judged at the load balancer. A release that is bad is \
    taken back, and that the fleet is on the release before is proven in the same way.

    Results go to standard output, everything else to standard error. A first signal stops the program in order: before \
    the rollout nothing has changed, later the rollout goes on in AWS and resume takes it up. A second signal ends it \
    at once.

    wanzami-deploy explain TERM tells what a key, a code or a reason means.
    """

  static let environment = [
    ("WANZAMI_PIPELINE", "The pipeline file, where --pipeline names none."),
    (
      "AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, AWS_CA_BUNDLE, ...",
      "Credentials, region, endpoints and CA bundle, as the AWS CLI reads them."
    ),
    ("DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH", "The Docker Engine; default: the usual socket."),
    ("WANZAMI_GIT_TOKEN, WANZAMI_GIT_USER, WANZAMI_GIT_SSH_KEY", "Credentials of a repository that is a URL."),
    ("HTTPS_PROXY, http_proxy, ALL_PROXY, NO_PROXY", "Proxies."),
    ("XDG_STATE_HOME, XDG_CACHE_HOME", "Where journals and fetched repositories lie."),
    ("NO_COLOR, CI, GITHUB_ACTIONS, GITHUB_STEP_SUMMARY, GITHUB_OUTPUT", "How to speak, and to whom."),
  ]

  static let files = [
    ("pipelines/", "The pipeline file is looked for here: one candidate is taken, several are listed."),
    ("~/.local/state/wanzami-deploy/runs/", "A journal of each run. None is needed to resume."),
    ("~/.cache/wanzami-deploy/git/", "Repositories that were fetched from a URL."),
  ]

  static let examples = [
    ("wanzami-deploy init --group my-api", "Write a pipeline file from a group that exists"),
    ("wanzami-deploy verify", "See whether a release would find all it needs"),
    (
      "wanzami-deploy plan --out plan.json\nwanzami-deploy release --plan plan.json",
      "Release what was planned, and nothing else"
    ),
    ("wanzami-deploy rollback", "Go back to the release that passed before"),
  ]
}

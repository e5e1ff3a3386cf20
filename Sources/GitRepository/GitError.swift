/// Why a question to a git repository has no answer; the description is a sentence for people.
public enum GitError: Error, Equatable, Sendable {
  /// No repository at `path` nor in a folder above it.
  case notARepository(path: String)
  /// The repository's folder belongs to another user, which libgit2 refuses (CVE-2022-24765).
  case notOwned(path: String)
  /// A repository that this libgit2 cannot read, for example one with SHA-256 object names.
  case unsupportedFormat(path: String, detail: String)
  case noCommits(repository: String)
  /// `looked` are the references that were looked for.
  case noSuchBranch(branch: String, looked: [String], repository: String)
  /// Several remotes and none is called `origin`.
  case severalRemotes(names: [String], repository: String)
  case unknownRevision(revision: String, repository: String, isShallow: Bool)
  case ambiguousRevision(revision: String, repository: String)
  case notOnBranch(commit: String, branch: String, head: String)
  /// A shallow clone without the history that would tell whether `commit` is on `branch`.
  case shallow(commit: String, branch: String)
  /// A shallow clone without the history between two commits.
  case cutHistory(from: String, to: String)
  case missingFolder(folder: String, commit: String)
  case missingDockerfile(path: String, commit: String)
  case submodule(path: String, commit: String)
  case largeFilePointer(path: String, commit: String)
  case wrongIgnorePattern(pattern: String, file: String, line: Int)
  /// The commit's tree names a file whose contents the repository does not hold: a partial clone, or a damaged one.
  case missingObject(path: String, commit: String)
  /// What the repository holds under an object's name is something else.
  case damagedObject(doing: String)
  /// A repository at a URL could not be had.
  case remote(RemoteFailure)
  /// Anything else: libgit2's own words.
  case libgit2(doing: String, code: Int32, message: String)
}

extension GitError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notARepository(let path):
      "\(path) is not in a git repository. Run in a clone, or set source.repository to one."
    case .notOwned(let path):
      "The git repository at \(path) belongs to another user, so it was not read. "
        + "Run as its owner, or allow it with: git config --global --add safe.directory '\(path)'"
    case .unsupportedFormat(let path, let detail):
      "The git repository at \(path) has a format that libgit2 cannot read: \(detail). Use a clone in the usual format."
    case .noCommits(let repository):
      "The git repository \(repository) has no commit yet. Commit and push something first."
    case .libgit2(let doing, let code, let message):
      "\(doing) failed: libgit2 says \"\(message)\" (\(code)). Check the repository with: git fsck"
    case .damagedObject(let doing):
      "\(doing) failed: what the repository holds under that object's name is something else, so it is damaged. "
        + "Look with: git fsck; then clone it anew"
    case .remote(let failure): failure.description
    case .noSuchBranch, .severalRemotes, .unknownRevision, .ambiguousRevision, .notOnBranch, .shallow,
      .cutHistory:
      revisionSentence
    case .missingFolder, .missingDockerfile, .submodule, .largeFilePointer, .wrongIgnorePattern, .missingObject:
      contextSentence
    }
  }

  private var revisionSentence: String {
    switch self {
    case .noSuchBranch(let branch, let looked, let repository):
      "The git repository \(repository) has no branch \(branch): looked for \(looked.joined(separator: ", ")). "
        + "Fetch it (git fetch origin \(branch):refs/remotes/origin/\(branch); in GitHub Actions: fetch-depth: 0), or set "
        + "source.branch."
    case .severalRemotes(let names, let repository):
      "The git repository \(repository) has several remotes (\(names.joined(separator: ", "))) and none is called "
        + "origin, so it is open which one's branch counts. Rename one: git remote rename \(names.first ?? "") origin"
    case .unknownRevision(let revision, let repository, let isShallow):
      "The git repository \(repository) has no commit that \(revision) names. "
        + (isShallow
          ? "It is a shallow clone: fetch the whole history (in GitHub Actions: fetch-depth: 0; in GitLab CI: GIT_DEPTH: 0), or git fetch --unshallow."
          : "Check the spelling, or fetch it: git fetch")
    case .ambiguousRevision(let revision, let repository):
      "\(revision) names more than one object of the git repository \(repository). Give more digits of the commit."
    case .notOnBranch(let commit, let branch, let head):
      "Commit \(commit) is not on \(branch), whose head is \(head.prefix(12)). "
        + "Only commits of that branch are released: merge and push it first, or set source.branch."
    case .shallow(let commit, let branch):
      "Whether commit \(commit) is on \(branch) cannot be told: this is a shallow clone without the history between "
        + "them. Fetch the whole history (in GitHub Actions: fetch-depth: 0; in GitLab CI: GIT_DEPTH: 0), or run git fetch --unshallow."
    case .cutHistory(let from, let to):
      "What changed between commits \(from.prefix(12)) and \(to.prefix(12)) cannot be told: this is a shallow clone "
        + "without the history between them. Fetch the whole history (in GitHub Actions: fetch-depth: 0; in GitLab CI: GIT_DEPTH: 0), or run "
        + "git fetch --unshallow."
    default: ""
    }
  }

  private var contextSentence: String {
    switch self {
    case .missingFolder(let folder, let commit):
      "Commit \(commit.prefix(12)) has no folder \(folder) to build from. Check image.context in the pipeline file."
    case .missingDockerfile(let path, let commit):
      "Commit \(commit.prefix(12)) has no file \(path). Commit the Dockerfile, or set image.dockerfile "
        + "(it is relative to image.context)."
    case .submodule(let path, let commit):
      "\(path) in commit \(commit.prefix(12)) is a git submodule, whose files are not in this repository's tree. "
        + "Name it in .dockerignore if the image does not need it, or copy the files into the repository."
    case .largeFilePointer(let path, let commit):
      "\(path) in commit \(commit.prefix(12)) is a Git LFS pointer, not the file itself. "
        + "Name it in .dockerignore if the image does not need it, or commit the file without LFS."
    case .wrongIgnorePattern(let pattern, let file, let line):
      "The pattern \(pattern) in line \(line) of \(file) is not one that Docker knows. Mend that line."
    case .missingObject(let path, let commit):
      "The contents of \(path) in commit \(commit.prefix(12)) are not in this repository: it is a partial clone, or "
        + "damaged. Fetch all of it (git fetch --refetch origin), or clone it without --filter."
    default: ""
    }
  }
}

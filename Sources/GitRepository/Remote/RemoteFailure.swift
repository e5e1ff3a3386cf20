/// Why a repository at a URL could not be had; the description is a sentence for people and holds no secret.
public enum RemoteFailure: Error, Equatable, Sendable {
  case unknownScheme(String)
  case wrongURL(String)
  /// Nobody answers, or not as a git server; `detail` are libgit2's words.
  case unreachable(url: String, detail: String)
  /// The server answers that there is no such repository, which some say too where a token may not see it.
  case notFound(url: String, detail: String)
  /// `tried` are the names of the places that credentials came from.
  case refused(url: String, tried: [String], advice: String)
  /// Credentials would go over the network unencrypted.
  case unencrypted(url: String)
  case certificate(host: String)
  case unknownHostKey(host: String, port: Int?, key: String)
  case changedHostKey(host: String, key: String, known: String)
  case noBranch(branch: String, url: String, has: [String])
  case empty(url: String)
  case stalled(url: String, seconds: Int)
  case cancelled(url: String)
  /// The cache on this machine cannot be written; `detail` are the system's words.
  case cache(folder: String, detail: String)
}

extension RemoteFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownScheme(let scheme):
      "source.repository: repositories are fetched from https://, ssh://, user@host:path and file:// URLs, not from "
        + "\(scheme)://."
    case .wrongURL(let url): "source.repository: \(url) is not the URL of a repository."
    case .unreachable(let url, let detail):
      "Fetching from \(url) failed: \(detail). Check the URL, the network and, where there is one, the proxy "
        + "(https_proxy)."
    case .notFound(let url, let detail):
      "There is no repository at \(url), or the credentials may not see it: \(detail). Check source.repository and what "
        + "the token or key may read."
    case .noBranch(let branch, let url, let has):
      "\(url) has no branch \(branch)\(has.isEmpty ? "" : "; it has \(has.joined(separator: ", "))"). "
        + "Set source.branch to one that it has."
    case .empty(let url): "The git repository at \(url) has no commit yet. Push something first."
    case .stalled(let url, let seconds):
      "Fetching from \(url) was given up: nothing came for \(seconds) s. Try again; a slower server gets more time with "
        + "GIT_HTTP_LOW_SPEED_TIME=<seconds>."
    case .cancelled(let url): "Fetching from \(url) was cancelled."
    case .cache(let folder, let detail):
      "The copies of fetched repositories in \(folder) cannot be written: \(detail). Free some space, or set "
        + "XDG_CACHE_HOME to a folder that can be written."
    case .refused, .unencrypted, .certificate, .unknownHostKey, .changedHostKey: trustSentence
    }
  }

  private var trustSentence: String {
    switch self {
    case .refused(let url, let tried, let advice):
      "\(url) asks for credentials: "
        + (tried.isEmpty ? "there were none to offer. " : "it refused \(tried.joined(separator: ", ")). ") + advice
    case .unencrypted(let url):
      "\(url) asks for credentials, which would go over the network for all to read. Use its https:// URL."
    case .certificate(let host):
      "The certificate of \(host) is not signed by an authority that is trusted here. If the authority is your own, name "
        + "its certificates in GIT_SSL_CAINFO (or SSL_CERT_FILE)."
    case .unknownHostKey(let host, let port, let key):
      "The ssh host \(host) is not known here, so nothing was sent to it; its key is \(key). Compare it with the one that "
        + "the host's operator publishes, then add it: ssh-keyscan\(port.map { " -p \($0)" } ?? "") \(host) "
        + ">> ~/.ssh/known_hosts"
    case .changedHostKey(let host, let key, let known):
      "The ssh host \(host) shows another key than the one known here: \(key), where \(known) has a different one. "
        + "Somebody may stand between; nothing was sent. If its operator says that the key was changed: ssh-keygen -R \(host)"
    default: ""
    }
  }
}

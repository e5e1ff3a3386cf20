import FoundationEssentials

/// A user and a password or token for a server, with the name of the place that it comes from.
struct HTTPCredential: Equatable, Sendable {
  var user: String
  var password: String
  /// For messages, such as `~/.netrc`.
  var origin: String
}

/// What may be offered to an https server, from git's usual places and the variables of CI.
struct HTTPCredentials: Sendable {
  /// In the order in which they are offered, each after the one before was refused.
  var credentials: [HTTPCredential] = []
  /// Headers of a kind that is no user and password, sent with each request.
  var headers: [String] = []

  /// - Parameter settings: git's, the workspace's own included: that is where actions/checkout leaves its token.
  init(for url: GitURL, environment: GitEnvironment, settings: [GitSetting]) {
    if let user = url.user {
      credentials.append(HTTPCredential(user: user, password: url.password ?? "", origin: "the URL itself"))
    }
    if let token = environment["WANZAMI_GIT_TOKEN"] {
      let user = environment["WANZAMI_GIT_USER"] ?? "x-access-token"
      credentials.append(HTTPCredential(user: user, password: token, origin: "WANZAMI_GIT_TOKEN"))
    }
    for header in HTTPCredentials.extraHeaders(for: url, settings) {
      if let (user, password) = HTTPCredentials.basic(header) {
        credentials.append(HTTPCredential(user: user, password: password, origin: "http.extraheader"))
      } else {
        headers.append(header)
      }
    }
    credentials += HTTPCredentials.netrc(environment, url.host)
    credentials += environment.credentialFiles.flatMap { HTTPCredentials.stored(in: $0, environment, for: url) }
    // A job's own token is for the server that runs the job, and for no other.
    if let token = environment["GITHUB_TOKEN"],
      url.isAt(environment["GITHUB_SERVER_URL"] ?? "https://github.com")
    {
      credentials.append(HTTPCredential(user: "x-access-token", password: token, origin: "GITHUB_TOKEN"))
    }
    if let token = environment["CI_JOB_TOKEN"], let server = environment["CI_SERVER_URL"], url.isAt(server) {
      credentials.append(HTTPCredential(user: "gitlab-ci-token", password: token, origin: "CI_JOB_TOKEN"))
    }
  }

  /// The values of `http.extraHeader` and `http.<url>.extraHeader` that are for the URL; an empty one clears those before
  /// it (https://git-scm.com/docs/git-config#Documentation/git-config.txt-httpextraHeader).
  private static func extraHeaders(for url: GitURL, _ settings: [GitSetting]) -> [String] {
    var found: [String] = []
    for setting in settings {
      guard let place = setting.subsection(of: "http", "extraheader") else { continue }
      guard place.isEmpty || url.isBelow(String(place)) else { continue }
      if setting.value.isEmpty { found = [] } else { found.append(setting.value) }
    }
    return found
  }

  /// User and password of an `Authorization: basic …` (RFC 7617).
  private static func basic(_ header: String) -> (String, String)? {
    let parts = header.split(separator: ":", maxSplits: 1)
    let words = parts.last?.split(separator: " ") ?? []
    guard parts.count == 2, parts[0].lowercased() == "authorization", words.count == 2,
      words[0].lowercased() == "basic", let data = Data(base64Encoded: String(words[1]))
    else { return nil }
    let pair = String(decoding: data, as: UTF8.self).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return pair.count == 2 ? (String(pair[0]), String(pair[1])) : nil
  }

  /// The entry of `~/.netrc` for the host, or its default one
  /// (https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html).
  private static func netrc(_ environment: GitEnvironment, _ host: String) -> [HTTPCredential] {
    let file = environment["NETRC"] ?? "\(environment.home)/.netrc"
    var words = GitEnvironment.lines(file).flatMap { $0.split(whereSeparator: \.isWhitespace) }[...]
    var isOurs = false
    var login: String?
    var password: String?
    while let word = words.popFirst() {
      switch word {
      case "machine", "default":
        if isOurs, password != nil {
          words = []
          continue
        }
        isOurs = word == "default" || words.popFirst()?.lowercased() == host
        if isOurs { (login, password) = (nil, nil) }
      case "login":
        let value = words.popFirst()
        if isOurs { login = value.map(String.init) }
      case "password":
        let value = words.popFirst()
        if isOurs { password = value.map(String.init) }
      default: break
      }
    }
    guard let password else { return [] }
    return [HTTPCredential(user: login ?? "", password: password, origin: "~/.netrc")]
  }

  /// The lines of a credential store for the server: URLs with user and password.
  private static func stored(
    in file: String, _ environment: GitEnvironment, for url: GitURL
  ) -> [HTTPCredential] {
    GitEnvironment.lines(file).compactMap { line in
      guard case .remote(let stored)? = try? GitLocation(line + (line.hasSuffix("/") ? "-" : "/-")),
        stored.scheme == url.scheme, stored.host == url.host, stored.port == url.port, let user = stored.user,
        let password = stored.password, url.user == nil || url.user == user
      else { return nil }
      let shown = file.hasPrefix(environment.home) ? "~" + file.dropFirst(environment.home.count) : file
      return HTTPCredential(user: user, password: password, origin: shown)
    }
  }
}

extension GitURL {
  /// Whether the URL is on the server that another one names.
  func isAt(_ server: String) -> Bool {
    guard case .remote(let other)? = try? GitLocation(server.hasSuffix("/") ? "\(server)-" : "\(server)/-")
    else { return false }
    return scheme == other.scheme && host == other.host && port == other.port
  }

  /// Whether the URL is the other or below it, as `http.<url>.*` means it.
  func isBelow(_ prefix: String) -> Bool {
    guard isAt(prefix), let end = prefix.firstRange(of: "://")?.upperBound else { return false }
    let folder = prefix[end...].drop { $0 != "/" }
    let whole = folder.hasSuffix("/") ? folder.dropLast() : folder
    return whole.isEmpty || path == whole || path.hasPrefix(whole + "/")
  }
}

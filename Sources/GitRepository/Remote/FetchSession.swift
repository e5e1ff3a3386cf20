internal import CGit2
import Glibc
import Synchronization

/// A reference of a server, and the object that it names.
struct RemoteHead: Equatable {
  var name: String
  var id: git_oid

  static func == (one: RemoteHead, other: RemoteHead) -> Bool { one.name == other.name }
}

/// A connection to a git server through libgit2, with the questions that libgit2 asks on the way. It lives on one
/// thread.
final class FetchSession {
  private let remote: RemoteRepository
  private let url: GitURL
  private let watch: FetchWatch
  private let tell: @Sendable (String) -> Void
  private var passwords: [HTTPCredential] = []
  private var headers: [String] = []
  private var keys: SSHKeys
  private var tried: [String] = []
  private var hasGivenUser = false
  /// Why a call-back of ours ended the fetch; libgit2's own words then say nothing.
  private var cause: RemoteFailure?
  private var connection: GitHandle?
  private var quarter: UInt32 = 0

  init(_ remote: RemoteRepository, _ watch: FetchWatch, _ tell: @escaping @Sendable (String) -> Void) {
    self.remote = remote
    self.watch = watch
    self.tell = tell
    let settings = remote.environment.settings()
    url = FetchSession.rewritten(remote.url, settings)
    keys = SSHKeys(remote.environment)
    if url.scheme == .https || url.scheme == .http {
      let offered = HTTPCredentials(
        for: url, environment: remote.environment, settings: settings + FetchSession.workspaceSettings())
      passwords = offered.credentials
      headers = offered.headers
    }
    FetchSession.trust(remote.environment, settings)
  }

  /// `url.<base>.insteadOf`: the longest that fits counts (git-config(1)).
  private static func rewritten(_ url: GitURL, _ settings: [GitSetting]) -> GitURL {
    let address = url.address
    let fitting = settings.filter { $0.subsection(of: "url", "insteadof") != nil && address.hasPrefix($0.value) }
    guard let best = fitting.max(by: { $0.value.count < $1.value.count }),
      let base = best.subsection(of: "url", "insteadof"),
      case .remote(let rewritten)? = try? GitLocation(String(base) + String(address.dropFirst(best.value.count)))
    else { return url }
    return rewritten
  }

  /// Of the repository that the program is started in: a CI checkout leaves its token there.
  private static func workspaceSettings() -> [GitSetting] {
    guard let repository = try? GitHandle.make("", as: .repository, { git_repository_open_ext(&$0, ".", 0, nil) }),
      let config = try? GitHandle.make("", as: .config, { git_repository_config_snapshot(&$0, repository.pointer) })
    else { return [] }
    return GitSetting.read(config).filter { $0.subsection(of: "http", "extraheader") != nil }
  }

  /// Names the authorities to libgit2, from where git takes them; none named: the system's.
  private static func trust(_ environment: GitEnvironment, _ settings: [GitSetting]) {
    let set = settings.last { $0.name == "http.sslcainfo" }?.value
    let file = environment["GIT_SSL_CAINFO"] ?? set ?? environment["SSL_CERT_FILE"]
    let folder = environment["GIT_SSL_CAPATH"] ?? environment["SSL_CERT_DIR"]
    guard file != nil || folder != nil else { return }
    _ = cgit2_set_certificates(file.map { environment.expanded($0) }, folder.map { environment.expanded($0) })
  }

  /// Connects, and lists the server's references.
  func connect(to repository: GitHandle) throws(GitError) -> [RemoteHead] {
    let address = url.address
    var creation = git_remote_create_options()
    git_remote_create_options_init(&creation, UInt32(GIT_REMOTE_CREATE_OPTIONS_VERSION))
    creation.repository = repository.pointer
    creation.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF.rawValue | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC.rawValue
    let made = try GitHandle.make("Preparing to fetch from \(remote.url)", as: .remote) {
      git_remote_create_with_opts(&$0, address, &creation)
    }
    connection = made
    var options = git_remote_connect_options()
    git_remote_connect_options_init(&options, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION))
    options.callbacks = callbacks()
    options.proxy_opts.type = GIT_PROXY_AUTO
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
    let code = withHeaders { headers in
      options.custom_headers = headers
      return git_remote_connect_ext(made.pointer, GIT_DIRECTION_FETCH, &options)
    }
    guard code == 0 else { throw explained(code) }
    var list: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
    var count = 0
    let listed = git_remote_ls(&list, &count, made.pointer)
    guard listed == 0 else { throw explained(listed) }
    return (0..<count).compactMap { index in
      guard let head = list?[index]?.pointee, let name = head.name else { return nil }
      return RemoteHead(name: String(cString: name), id: head.oid)
    }
  }

  /// Downloads what the references reach and the cache lacks. The cache's references stay as they are.
  func download(_ references: [String]) throws(GitError) {
    guard let connection else { return }
    var options = git_fetch_options()
    git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION))
    options.callbacks = callbacks()
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
    options.proxy_opts.type = GIT_PROXY_AUTO
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
    var names: [UnsafeMutablePointer<CChar>?] = references.map { strdup("+\($0):\($0)") }
    defer { for name in names { free(name) } }
    let code = withHeaders { headers in
      options.custom_headers = headers
      return names.withUnsafeMutableBufferPointer { buffer in
        var specifications = git_strarray(strings: buffer.baseAddress, count: buffer.count)
        return git_remote_download(connection.pointer, &specifications, &options)
      }
    }
    guard code == 0 else { throw explained(code) }
  }

  private func withHeaders(_ body: (git_strarray) -> Int32) -> Int32 {
    var texts: [UnsafeMutablePointer<CChar>?] = headers.map { strdup($0) }
    defer { for text in texts { free(text) } }
    return texts.withUnsafeMutableBufferPointer { body(git_strarray(strings: $0.baseAddress, count: $0.count)) }
  }

  private func callbacks() -> git_remote_callbacks {
    var callbacks = git_remote_callbacks()
    git_remote_init_callbacks(&callbacks, UInt32(GIT_REMOTE_CALLBACKS_VERSION))
    callbacks.payload = Unmanaged.passUnretained(self).toOpaque()
    callbacks.credentials = { out, _, user, allowed, payload in
      FetchSession.from(payload).giveCredential(out, user.map { String(cString: $0) }, allowed)
    }
    callbacks.certificate_check = { certificate, valid, _, payload in
      FetchSession.from(payload).judge(certificate, isValid: valid == 1)
    }
    callbacks.sideband_progress = { _, _, payload in FetchSession.from(payload).goesOn }
    callbacks.transfer_progress = { progress, payload in FetchSession.from(payload).show(progress) }
    callbacks.pack_progress = { _, _, _, payload in FetchSession.from(payload).goesOn }
    return callbacks
  }

  private static func from(_ payload: UnsafeMutableRawPointer?) -> FetchSession {
    guard let payload else { preconditionFailure("libgit2 lost the payload of a call-back") }
    return Unmanaged<FetchSession>.fromOpaque(payload).takeUnretainedValue()
  }

  /// libgit2's answer of a call-back: anything below zero ends the fetch.
  private var goesOn: Int32 { watch.goesOn ? 0 : GIT_EUSER.rawValue }

  /// A line for each quarter of a download that is worth one.
  private func show(_ progress: UnsafePointer<git_indexer_progress>?) -> Int32 {
    if let progress = progress?.pointee, progress.total_objects >= 1000 {
      let now = progress.received_objects * 4 / progress.total_objects
      if now > quarter, now < 4 {
        tell("fetched \(now * 25) % of \(progress.total_objects) objects, \(progress.received_bytes >> 20) MiB")
      }
      quarter = now
    }
    return goesOn
  }

  // MARK: Credentials

  private func giveCredential(
    _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?, _ user: String?, _ allowed: UInt32
  ) -> Int32 {
    guard watch.goesOn else { return GIT_EUSER.rawValue }
    func mayBe(_ kind: git_credential_t) -> Bool { allowed & kind.rawValue != 0 }
    if mayBe(GIT_CREDENTIAL_SSH_KEY), url.scheme == .ssh { return giveKey(out, user ?? remote.environment.user) }
    if mayBe(GIT_CREDENTIAL_USERNAME), !hasGivenUser {
      hasGivenUser = true
      return git_credential_username_new(out, url.user ?? remote.environment.user)
    }
    if mayBe(GIT_CREDENTIAL_USERPASS_PLAINTEXT), url.scheme != .ssh { return givePassword(out) }
    return refuse()
  }

  private func givePassword(_ out: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?) -> Int32 {
    if url.isOpenToOthers {
      cause = .unencrypted(url: remote.url.description)
      return GIT_EUSER.rawValue
    }
    guard !passwords.isEmpty else { return refuse() }
    let next = passwords.removeFirst()
    tried.append(next.origin)
    return git_credential_userpass_plaintext_new(out, next.user, next.password)
  }

  private func giveKey(
    _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?, _ user: String
  ) -> Int32 {
    while !keys.offers.isEmpty {
      switch keys.offers.removeFirst() {
      case .agent:
        tried.append("the keys of the ssh agent")
        if git_credential_ssh_key_from_agent(out, user) == 0 { return 0 }
      case .file(let file):
        tried.append(file)
        if git_credential_ssh_key_new(out, user, nil, file, "") == 0 { return 0 }
      }
    }
    return refuse()
  }

  private func refuse() -> Int32 {
    cause = .refused(url: remote.url.description, tried: tried, advice: advice)
    return GIT_EUSER.rawValue
  }

  private var advice: String {
    guard url.scheme == .ssh else {
      return "Set WANZAMI_GIT_TOKEN to a token that may read it, or keep one in ~/.netrc or ~/.git-credentials."
    }
    if let key = keys.protected.first {
      return "The key \(key) is protected with a passphrase, which nobody is asked for here: add it to an agent with "
        + "ssh-add \(key)"
    }
    return "Load a key that may read it into an agent (ssh-add), or name its file in WANZAMI_GIT_SSH_KEY; it is to be "
      + "an Ed25519 or ECDSA one, for this program signs with RSA as servers take it no more."
  }

  // MARK: Who is at the other end

  private func judge(_ certificate: UnsafeMutablePointer<git_cert>?, isValid: Bool) -> Int32 {
    guard watch.goesOn else { return GIT_EUSER.rawValue }
    guard let certificate, certificate.pointee.cert_type == GIT_CERT_HOSTKEY_LIBSSH2 else {
      if isValid { return 0 }
      cause = .certificate(host: url.host)
      return GIT_ECERTIFICATE.rawValue
    }
    return certificate.withMemoryRebound(to: git_cert_hostkey.self, capacity: 1) { judge(hostKey: $0.pointee) }
  }

  private func judge(hostKey key: git_cert_hostkey) -> Int32 {
    guard let start = key.hostkey, key.hostkey_len > 4 else {
      cause = .unreachable(url: remote.url.description, detail: "the ssh host shows no key")
      return GIT_ECERTIFICATE.rawValue
    }
    let bytes = UnsafeRawBufferPointer(start: start, count: key.hostkey_len).map { $0 }
    switch KnownHosts(remote.environment).answer(host: url.host, port: url.port, key: bytes) {
    case .known: return 0
    case .unknown: cause = .unknownHostKey(host: url.host, port: url.port, key: shownHostKey(bytes))
    case .otherKey(let file): cause = .changedHostKey(host: url.host, key: shownHostKey(bytes), known: file)
    }
    return GIT_ECERTIFICATE.rawValue
  }

  // MARK: Failures

  /// What went wrong, from our own call-backs first.
  private func explained(_ code: Int32) -> GitError {
    if let cause { return .remote(cause) }
    let message = lastMessage()
    let shown = remote.url.description
    if !watch.goesOn { return .remote(.cancelled(url: shown)) }
    let isOfServer = [
      GIT_ERROR_NET, GIT_ERROR_SSL, GIT_ERROR_SSH, GIT_ERROR_HTTP, GIT_ERROR_OS, GIT_ERROR_REPOSITORY, GIT_ERROR_NONE,
    ].contains { lastClass() == $0.rawValue }
    let isAbsentFile = code == GIT_ENOTFOUND.rawValue || message.contains("failed to resolve path")
    if message.contains("status code: 404") || url.scheme == .file && isAbsentFile {
      return .remote(.notFound(url: shown, detail: message))
    }
    if ["status code: 401", "status code: 403", "authentication"].contains(where: message.contains) {
      return .remote(.refused(url: shown, tried: tried, advice: advice))
    }
    if isOfServer, !message.contains(remote.folder) { return .remote(.unreachable(url: shown, detail: message)) }
    return .libgit2(doing: "Fetching from \(shown)", code: code, message: message)
  }
}

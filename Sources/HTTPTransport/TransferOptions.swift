internal import CCurl

/// The header lines for curl: ours, and an empty value for each that curl would add on its own.
func headerLines(of request: HTTPRequest) -> [String] {
  // A field with an empty value is written `Name;` (https://curl.se/libcurl/c/CURLOPT_HTTPHEADER.html).
  var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
  let named = Set(request.headers.map { $0.name.lowercased() })
  for name in ["Accept", "Expect", "Content-Type"] where !named.contains(name.lowercased()) { lines.append("\(name):") }
  if case .stream = request.body, !named.contains("transfer-encoding") { lines.append("Transfer-Encoding: chunked") }
  return lines
}

/// Sets everything but the callbacks; returns the first refusal.
func configure(
  _ easy: UnsafeMutableRawPointer, for request: HTTPRequest, headers: UnsafeMutablePointer<curl_slist>?,
  body: UnsafeMutableRawBufferPointer, words: UnsafeMutablePointer<CChar>
) -> CURLcode {
  var options = Options(easy: easy)
  options.set(CURLOPT_ERRORBUFFER, words)
  options.set(CURLOPT_URL, request.url)
  options.set(CURLOPT_HTTPHEADER, headers)
  setSafety(&options)
  setConnection(&options, request)
  setTimes(&options, request)
  setTLS(&options, request.tls)
  setMethod(&options, request, body)
  return options.refused
}

/// What holds for every request, said explicitly because defaults differ between builds of libcurl.
private func setSafety(_ options: inout Options) {
  // https://curl.se/libcurl/c/CURLOPT_PROTOCOLS_STR.html
  options.set(CURLOPT_PROTOCOLS_STR, "http,https")
  // A redirect would carry a signature, or a registry's password, to another host.
  options.set(CURLOPT_FOLLOWLOCATION, 0)
  // https://curl.se/libcurl/c/CURLOPT_NOSIGNAL.html: signals are no friends of threads.
  options.set(CURLOPT_NOSIGNAL, 1)
  // Dot segments stay: the signature covers the path as it is written.
  options.set(CURLOPT_PATH_AS_IS, 1)
  options.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
  options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
  // A cancelled transfer does not wait for a name server (https://curl.se/libcurl/c/CURLOPT_QUICK_EXIT.html).
  options.set(CURLOPT_QUICK_EXIT, 1)
  options.set(CURLOPT_BUFFERSIZE, 64 << 10)
  options.set(CURLOPT_UPLOAD_BUFFERSIZE, 512 << 10)
}

private func setConnection(_ options: inout Options, _ request: HTTPRequest) {
  if let socket = request.unixSocket { options.set(CURLOPT_UNIX_SOCKET_PATH, socket) }
  // An empty proxy overrules the environment (https://curl.se/libcurl/c/CURLOPT_PROXY.html).
  if request.unixSocket != nil || request.proxy == .never { options.set(CURLOPT_PROXY, "") }
  options.set(CURLOPT_TCP_NODELAY, request.tcpNoDelay ? 1 : 0)
  options.set(CURLOPT_FRESH_CONNECT, request.forceFreshConnection ? 1 : 0)
}

private func setTimes(_ options: inout Options, _ request: HTTPRequest) {
  options.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, request.connectTimeout.milliseconds))
  if let timeout = request.timeout { options.set(CURLOPT_TIMEOUT_MS, max(1, timeout.milliseconds)) }
  if let idle = request.idleTimeout {
    options.set(CURLOPT_LOW_SPEED_LIMIT, 1)
    options.set(CURLOPT_LOW_SPEED_TIME, max(1, (idle.milliseconds + 999) / 1000))
  }
}

private func setTLS(_ options: inout Options, _ tls: TLSOptions) {
  options.set(CURLOPT_SSL_VERIFYPEER, 1)
  options.set(CURLOPT_SSL_VERIFYHOST, 2)
  options.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
  if let bundle = tls.caBundle { options.set(CURLOPT_CAINFO, bundle) }
  if let certificate = tls.certificate { options.set(CURLOPT_SSLCERT, certificate) }
  if let key = tls.key { options.set(CURLOPT_SSLKEY, key) }
}

private func setMethod(_ options: inout Options, _ request: HTTPRequest, _ body: UnsafeMutableRawBufferPointer) {
  switch request.body {
  case .none where request.method == "GET": options.set(CURLOPT_HTTPGET, 1)
  case .none where request.method == "HEAD": options.set(CURLOPT_NOBODY, 1)
  case .none where request.method != "POST" && request.method != "PUT":
    options.set(CURLOPT_CUSTOMREQUEST, request.method)
  case .none, .bytes:
    options.set(CURLOPT_POST, 1)
    options.set(offset: CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
    // Without a pointer curl would ask the read callback for the body.
    if let base = body.baseAddress { options.set(CURLOPT_POSTFIELDS, base) }
    if request.method != "POST" { options.set(CURLOPT_CUSTOMREQUEST, request.method) }
  case .stream:
    options.set(CURLOPT_POST, 1)
    if request.method != "POST" { options.set(CURLOPT_CUSTOMREQUEST, request.method) }
  }
}

/// Sets options until one is refused.
private struct Options {
  let easy: UnsafeMutableRawPointer
  var refused = CURLE_OK

  mutating func set(_ option: CURLoption, _ value: Int) { note(ccurl_set_long(easy, option, value)) }
  mutating func set(_ option: CURLoption, _ value: String) { note(ccurl_set_text(easy, option, value)) }
  mutating func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer) {
    note(ccurl_set_pointer(easy, option, value))
  }
  mutating func set(_ option: CURLoption, _ value: UnsafeMutablePointer<CChar>) {
    note(ccurl_set_pointer(easy, option, UnsafeMutableRawPointer(value)))
  }
  mutating func set(_ option: CURLoption, _ value: UnsafeMutablePointer<curl_slist>?) {
    note(ccurl_set_list(easy, option, value))
  }
  mutating func set(offset option: CURLoption, _ value: curl_off_t) { note(ccurl_set_offset(easy, option, value)) }

  private mutating func note(_ code: CURLcode) {
    if refused == CURLE_OK { refused = code }
  }
}

extension Duration {
  var milliseconds: Int {
    Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}

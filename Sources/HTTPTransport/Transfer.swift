internal import CCurl
import Glibc

/// One request's curl handle. It is touched by the loop's thread alone; what others may touch is in `exchange`.
final class Transfer: @unchecked Sendable {
  let exchange: Exchange
  let easy: UnsafeMutableRawPointer
  /// curl writes its words here until the handle is gone (https://curl.se/libcurl/c/CURLOPT_ERRORBUFFER.html).
  private let words: UnsafeMutablePointer<CChar>
  /// curl reads these as long as the transfer runs and copies neither.
  private let headerList: UnsafeMutablePointer<curl_slist>?
  private let body: UnsafeMutableRawBufferPointer

  private var status = 0
  private var headers: [HTTPHeader] = []
  private var isReceivePaused = false
  private var isSendPaused = false

  /// Throws when curl refuses an option: a malformed URL is told later, by the transfer.
  init(exchange: Exchange) throws(HTTPTransportError) {
    guard let easy = curl_easy_init() else {
      throw exchange.error(.other, "libcurl has no memory for a handle", mayHaveBeenSent: false)
    }
    self.exchange = exchange
    self.easy = easy
    words = .allocate(capacity: Int(CURL_ERROR_SIZE))
    words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    headerList = headerLines(of: exchange.request).reduce(nil) { list, line in curl_slist_append(list, line) }
    if case .bytes(let bytes) = exchange.request.body {
      body = .allocate(byteCount: bytes.count, alignment: 1)
      body.copyBytes(from: bytes)
    } else {
      body = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }
    let refused = configure(easy, for: exchange.request, headers: headerList, body: body, words: words)
    guard refused == CURLE_OK else {
      throw exchange.error(.other, String(cString: curl_easy_strerror(refused)), mayHaveBeenSent: false)
    }
    connectCallbacks()
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(headerList)
    words.deallocate()
    body.deallocate()
  }

  private func connectCallbacks() {
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = ccurl_set_callback(easy, CURLOPT_HEADERFUNCTION, headerCallback)
    _ = ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context)
    _ = ccurl_set_callback(easy, CURLOPT_WRITEFUNCTION, writeCallback)
    _ = ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context)
    _ = ccurl_set_callback(easy, CURLOPT_READFUNCTION, readCallback)
    _ = ccurl_set_pointer(easy, CURLOPT_READDATA, context)
    _ = ccurl_set_socket_callback(easy, closeInChildren)
  }

  // MARK: Called by curl, on the loop's thread

  /// One header line with its line end. A new status line (an interim answer) starts the head again.
  func received(headerLine: UnsafeRawBufferPointer) {
    let line = String(decoding: headerLine, as: UTF8.self).trimmingWireSpace()
    if line.hasPrefix("HTTP/") {
      let parts = line.split(separator: " ", maxSplits: 2)
      status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
      headers = []
    } else if line.isEmpty {
      // Trailers of a chunked body end in an empty line too: the head is told once.
      if status >= 200 {
        exchange.received(head: HTTPResponseHead(status: status, headers: headers))
        status = 0
      }
    } else if let colon = line.firstIndex(of: ":") {
      headers.append(HTTPHeader(String(line[..<colon]), line[line.index(after: colon)...].trimmingWireSpace()))
    }
  }

  func received(_ chunk: UnsafeRawBufferPointer) -> Int {
    if exchange.received(chunk) { return chunk.count }
    isReceivePaused = true
    return Int(CURL_WRITEFUNC_PAUSE)
  }

  func produce(into target: UnsafeMutablePointer<CChar>, room: Int) -> Int {
    guard case .stream(let upload) = exchange.request.body else { return 0 }
    switch upload.read(into: target, room: room) {
    case .copied(let count): return count
    case .end: return 0
    case .failed: return Int(CURL_READFUNC_ABORT)
    case .notYet:
      isSendPaused = true
      return Int(CURL_READFUNC_PAUSE)
    }
  }

  // MARK: Called by the loop

  func resumeReceiving() {
    isReceivePaused = false
    applyPause()
  }

  func resumeSending() {
    isSendPaused = false
    applyPause()
  }

  private func applyPause() {
    // The flags are read first: unpausing may call back at once and set them again.
    let mask = (isReceivePaused ? CURLPAUSE_RECV : 0) | (isSendPaused ? CURLPAUSE_SEND : 0)
    _ = curl_easy_pause(easy, mask)
  }

  /// Tells the end that curl reported to the reader and to the producer.
  func finished(with code: CURLcode) {
    if code == CURLE_OK {
      exchange.completed()
      closeUpload("the server has answered")
    } else {
      let error = describe(code)
      exchange.failed(error)
      closeUpload(error.description)
    }
  }

  func closeUpload(_ reason: String) {
    if case .stream(let upload) = exchange.request.body { upload.close(reason: reason) }
  }

  private func describe(_ code: CURLcode) -> HTTPTransportError {
    if code == CURLE_ABORTED_BY_CALLBACK, case .stream(let upload) = exchange.request.body,
      let failure = upload.producerFailure
    {
      return exchange.error(.uploadFailed, failure)
    }
    let said = String(cString: words)
    var sent = 0
    _ = ccurl_get_long(easy, CURLINFO_REQUEST_SIZE, &sent)
    return exchange.error(
      kind(of: code), said.isEmpty ? String(cString: curl_easy_strerror(code)) : said, mayHaveBeenSent: sent > 0)
  }
}

/// https://curl.se/libcurl/c/libcurl-errors.html
private func kind(of code: CURLcode) -> HTTPTransportError.Kind {
  switch code {
  case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .couldNotResolve
  case CURLE_COULDNT_CONNECT: .couldNotConnect
  case CURLE_OPERATION_TIMEDOUT: .timedOut
  case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND: .cut
  case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_PEER_FAILED_VERIFICATION,
    CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS:
    .tls
  default: .other
  }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
  context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

private func headerCallback(
  data: UnsafeMutablePointer<CChar>, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
  transfer(context)?.received(headerLine: UnsafeRawBufferPointer(start: data, count: size * count))
  return size * count
}

private func writeCallback(
  data: UnsafeMutablePointer<CChar>, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
  transfer(context)?.received(UnsafeRawBufferPointer(start: data, count: size * count)) ?? 0
}

private func readCallback(
  data: UnsafeMutablePointer<CChar>, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
  transfer(context)?.produce(into: data, room: size * count) ?? Int(CURL_READFUNC_ABORT)
}

extension StringProtocol {
  /// Without the spaces, tabs and line ends around it (RFC 9110, 5.5: OWS).
  fileprivate func trimmingWireSpace() -> String {
    let isSpace: (UInt8) -> Bool = { $0 == 32 || $0 == 9 || $0 == 13 || $0 == 10 }
    let bytes = Array(utf8)
    guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}

/// A connection that a child process holds too is not closed when we close it, and a cancelled build would go on.
/// https://curl.se/libcurl/c/CURLOPT_SOCKOPTFUNCTION.html
private func closeInChildren(_: UnsafeMutableRawPointer?, socket: curl_socket_t, _: curlsocktype) -> Int32 {
  fcntl(socket, F_SETFD, FD_CLOEXEC) == 0 ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR
}

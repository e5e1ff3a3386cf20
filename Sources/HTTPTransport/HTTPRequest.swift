/// One request as it goes on the wire: nothing is added that the caller did not name, but `Host` and the framing.
///
/// The path of `url` is sent as it is written, dot segments included, because a signature covers those bytes.
public struct HTTPRequest: Sendable {
  public var method: String
  /// An absolute `http://` or `https://` URL; with `unixSocket` its host is only the `Host` header.
  public var url: String
  /// The path of a Unix domain socket to connect to instead of the URL's host.
  public var unixSocket: String?
  public var headers: [HTTPHeader]
  public var body: HTTPBody
  /// How long resolving, connecting and the TLS handshake may take together.
  public var connectTimeout: Duration
  /// How long the whole exchange may take, its body included; `nil`: as long as it needs.
  public var timeout: Duration?
  /// How long nothing at all may move in either direction, counted in whole seconds; `nil`: forever.
  public var idleTimeout: Duration?
  /// The longest body that `HTTPTransport.send` collects. A longer one is an error, never cut.
  public var bodyBytesMax: Int
  public var tls: TLSOptions
  public var proxy: ProxyUse
  /// Sets TCP_NODELAY.
  public var tcpNoDelay: Bool
  /// Opens a new connection for this request. libcurl repeats any request by itself when a kept-alive connection
  /// turns out to be dead; on a fresh connection it never does, so this is for requests that must not run twice.
  public var forceFreshConnection: Bool

  public init(
    method: String = "GET", url: String, unixSocket: String? = nil, headers: [HTTPHeader] = [],
    body: HTTPBody = .none, connectTimeout: Duration = .seconds(10), timeout: Duration? = .seconds(60),
    idleTimeout: Duration? = nil, bodyBytesMax: Int = 16 << 20, tls: TLSOptions = TLSOptions(),
    proxy: ProxyUse = .environment, tcpNoDelay: Bool = true, forceFreshConnection: Bool = false
  ) {
    self.method = method
    self.url = url
    self.unixSocket = unixSocket
    self.headers = headers
    self.body = body
    self.connectTimeout = connectTimeout
    self.timeout = timeout
    self.idleTimeout = idleTimeout
    self.bodyBytesMax = bodyBytesMax
    self.tls = tls
    self.proxy = proxy
    self.tcpNoDelay = tcpNoDelay
    self.forceFreshConnection = forceFreshConnection
  }
}

/// One header field, in the order and spelling in which it is sent or was received.
public struct HTTPHeader: Hashable, Sendable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What a request carries.
public enum HTTPBody: Sendable {
  case none
  /// Sent with `Content-Length`.
  case bytes([UInt8])
  /// Sent chunked, as a producer writes it.
  case stream(HTTPUpload)
}

/// The TLS of a request. The peer's certificate and name are always checked.
public struct TLSOptions: Equatable, Sendable {
  /// A PEM file that replaces the system's certificate authorities.
  public var caBundle: String?
  /// The client's PEM certificate and key.
  public var certificate: String?
  public var key: String?

  public init(caBundle: String? = nil, certificate: String? = nil, key: String? = nil) {
    self.caBundle = caBundle
    self.certificate = certificate
    self.key = key
  }
}

/// Whether a proxy may stand between.
public enum ProxyUse: Sendable {
  /// As `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` say (https://curl.se/libcurl/c/libcurl-env.html).
  case environment
  /// Never, as for metadata services whose answers are credentials.
  case never
}

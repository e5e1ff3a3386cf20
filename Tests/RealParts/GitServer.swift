import Foundation

/// git's own server side behind HTTP or HTTPS on loopback: `git http-backend` (git-http-backend(1)).
public final class GitServer: Sendable {
  private let folder: TemporaryFolder
  private let server: ServerProcess
  /// With `https://localhost` or `http://127.0.0.1`, and the port.
  public let base: String
  /// The certificate that signed the server's, in PEM.
  public let authority: String

  /// - Parameters:
  ///   - root: the folder whose repositories are served.
  ///   - login: `user:password` that it asks for; `nil`: nobody is asked.
  ///   - isSilent: takes requests and answers none.
  public init(root: String, isEncrypted: Bool = false, login: String? = nil, isSilent: Bool = false) throws {
    folder = try TemporaryFolder("git-server")
    authority = folder.path + "/ca.pem"
    if isEncrypted { try GitServer.makeCertificate(in: folder) }
    let script = try folder.write("server.py", GitServer.source)
    var environment = GitFixture.environment
    environment["GIT_PROJECT_ROOT"] = root
    environment["GIT_HTTP_EXPORT_ALL"] = "1"
    environment["SERVER_LOGIN"] = login ?? ""
    environment["SERVER_TLS"] = isEncrypted ? folder.path : ""
    environment["SERVER_SILENT"] = isSilent ? "1" : ""
    server = try ServerProcess(["python3", script], log: folder.path + "/log", environment: environment)
    let port = try server.wait("the git server's port") { [server] in
      server.output.split(separator: "\n").first { $0.hasPrefix("port ") }.flatMap { Int($0.dropFirst(5)) }
    }
    base = isEncrypted ? "https://localhost:\(port)" : "http://127.0.0.1:\(port)"
  }

  deinit { server.stop() }

  /// What it was asked, a line each.
  public var log: String { server.output }

  private static func makeCertificate(in folder: TemporaryFolder) throws {
    try folder.write("san", "subjectAltName=DNS:localhost\n")
    let path = folder.path
    try Command.check([
      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "\(path)/ca.key", "-out", "\(path)/ca.pem",
      "-days", "2", "-subj", "/CN=Test Authority",
    ])
    try Command.check([
      "openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "\(path)/key.pem", "-out", "\(path)/request.pem",
      "-subj", "/CN=localhost",
    ])
    try Command.check([
      "openssl", "x509", "-req", "-in", "\(path)/request.pem", "-CA", "\(path)/ca.pem", "-CAkey", "\(path)/ca.key",
      "-CAcreateserial", "-out", "\(path)/cert.pem", "-days", "2", "-extfile", "\(path)/san",
    ])
  }

  private static let source = #"""
    import base64, http.server, os, ssl, subprocess, threading

    LOGIN, TLS = os.environ["SERVER_LOGIN"], os.environ["SERVER_TLS"]

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments):
            print("request", self.command, self.path, flush=True)

        def body(self):
            if self.headers.get("Transfer-Encoding", "") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = b""
            while True:
                count = int(self.rfile.readline(), 16)
                parts += self.rfile.read(count)
                self.rfile.readline()
                if count == 0:
                    return parts

        def answer(self, status, headers, data):
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def serve(self):
            if os.environ["SERVER_SILENT"]:
                print("silent", flush=True)
                threading.Event().wait()
            body = self.body()
            wanted = "Basic " + base64.b64encode(LOGIN.encode()).decode()
            if LOGIN and self.headers.get("Authorization") != wanted:
                return self.answer(401, [("WWW-Authenticate", 'Basic realm="git"')], b"")
            path, _, query = self.path.partition("?")
            environment = dict(os.environ, PATH_INFO=path, QUERY_STRING=query, REQUEST_METHOD=self.command,
                               CONTENT_TYPE=self.headers.get("Content-Type", ""), REMOTE_USER="x",
                               CONTENT_LENGTH=str(len(body)), REMOTE_ADDR="127.0.0.1",
                               HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""))
            done = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE)
            head, _, data = done.stdout.partition(b"\r\n\r\n")
            status, headers = 200, []
            for line in head.decode().split("\r\n"):
                name, _, value = line.partition(": ")
                if name == "Status":
                    status = int(value.split()[0])
                elif name:
                    headers.append((name, value))
            self.answer(status, headers, data)

        do_GET = do_POST = serve

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    if TLS:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(TLS + "/cert.pem", TLS + "/key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print("port", server.server_address[1], flush=True)
    server.serve_forever()

    """#
}

/// OpenSSH's server on loopback, with a host key and an authorized key of its own; each connection gets a process of its
/// own, so no port is guessed (sshd(8), `-i`).
public final class SSHServer: Sendable {
  private let folder: TemporaryFolder
  private let server: ServerProcess
  public let port: Int
  /// The private key that it lets in.
  public let key: String
  /// The line of known_hosts that names it.
  public let knownHost: String

  /// Whether this machine has the server; only root can let a user in.
  public static var canRun: Bool { Command.isRoot && Command.exists("ssh-keygen") && sshd != nil }

  private static var sshd: String? {
    ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  public init() throws {
    folder = try TemporaryFolder("sshd")
    key = folder.path + "/user"
    for name in ["host", "user"] {
      try Command.check(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(folder.path)/\(name)"])
    }
    try Command.check(["mkdir", "-p", "/run/sshd"])
    let settings = try folder.write(
      "sshd_config",
      """
      HostKey \(folder.path)/host
      AuthorizedKeysFile \(folder.path)/user.pub
      PermitRootLogin prohibit-password
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      UsePAM no
      StrictModes no

      """)
    let script = try folder.write("server.py", SSHServer.source)
    server = try ServerProcess(
      ["python3", script, SSHServer.sshd ?? "sshd", settings], log: folder.path + "/log")
    port = try server.wait("the ssh server's port") { [server] in
      server.output.split(separator: "\n").first { $0.hasPrefix("port ") }.flatMap { Int($0.dropFirst(5)) }
    }
    let host = String(decoding: try readFile(folder.path + "/host.pub"), as: UTF8.self).split(separator: " ")
    knownHost = "[127.0.0.1]:\(port) \(host[0]) \(host[1])\n"
  }

  deinit { server.stop() }

  private static let source = #"""
    import socket, subprocess, sys

    listener = socket.create_server(("127.0.0.1", 0))
    print("port", listener.getsockname()[1], flush=True)
    children = []
    while True:
        connection, _ = listener.accept()
        children.append(subprocess.Popen([sys.argv[1], "-i", "-e", "-f", sys.argv[2]], stdin=connection, stdout=connection))
        connection.close()
        children = [child for child in children if child.poll() is None]

    """#
}

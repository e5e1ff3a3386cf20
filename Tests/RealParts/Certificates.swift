/// An authority of our own with a server's and a client's certificate, made with the `openssl` program, under the names
/// that the docker program gives them: `ca.pem`, `cert.pem`, `key.pem` of the client, `server-cert.pem`,
/// `server-key.pem`. The server is 127.0.0.1.
public final class Certificates: Sendable {
  /// What `DOCKER_CERT_PATH` takes.
  public let path: String
  private let folder: TemporaryFolder

  public static var canBeMade: Bool { Command.exists("openssl") }

  public init() throws {
    folder = try TemporaryFolder("certificates")
    path = folder.path
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    try openssl(
      ["req", "-x509"] + key + ["-days", "2", "-subj", "/CN=test authority", "-keyout", "ca-key.pem", "-out", "ca.pem"])
    try folder.write("server.ext", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    try folder.write("client.ext", "extendedKeyUsage=clientAuth\n")
    try sign("server", certificate: "server-cert.pem", key: "server-key.pem", key)
    try sign("client", certificate: "cert.pem", key: "key.pem", key)
  }

  private func sign(_ name: String, certificate: String, key: String, _ kind: [String]) throws {
    try openssl(["req"] + kind + ["-subj", "/CN=\(name)", "-keyout", key, "-out", "\(name).csr"])
    try openssl([
      "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2",
      "-extfile", "\(name).ext", "-out", certificate,
    ])
  }

  private func openssl(_ arguments: [String]) throws {
    try Command.check(["openssl"] + arguments, in: path)
  }
}

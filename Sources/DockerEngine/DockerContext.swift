import FoundationEssentials

/// A context as `docker context create` leaves it: `contexts/meta/<hash>/meta.json` beside `config.json`, and the PEM
/// files of TLS in `contexts/tls/<hash>/docker`
/// (https://docs.docker.com/engine/manage-resources/contexts/).
struct DockerContext {
  var host: String
  var skipsVerification: Bool
  /// Where its PEM files would be.
  var certificateFolder: String

  private struct File: Decodable {
    struct Endpoint: Decodable {
      var host: String?
      var skipsVerification: Bool?

      enum CodingKeys: String, CodingKey {
        case host = "Host"
        case skipsVerification = "SkipTLSVerify"
      }
    }

    var name: String
    var endpoints: [String: Endpoint]

    enum CodingKeys: String, CodingKey {
      case name = "Name"
      case endpoints = "Endpoints"
    }
  }

  /// The context of that name.
  ///
  /// The folder's name is the SHA-256 of the context's; each file is read instead, for there are few.
  static func find(_ name: String, in folder: String) throws(EngineError) -> DockerContext {
    let store = "\(folder)/contexts"
    let hashes = ((try? FileManager.default.contentsOfDirectory(atPath: "\(store)/meta")) ?? []).sorted()
    var others: [String] = []
    for hash in hashes {
      let path = "\(store)/meta/\(hash)/meta.json"
      guard let data = FileManager.default.contents(atPath: path) else { continue }
      guard let file = try? JSONDecoder().decode(File.self, from: data) else {
        throw .configuration(path, "it is not the JSON of a Docker context")
      }
      guard file.name == name else {
        others.append(file.name)
        continue
      }
      guard let endpoint = file.endpoints["docker"] else {
        throw .wrongContext(name, "\(path) names no endpoint of a Docker Engine")
      }
      let host = endpoint.host.flatMap { $0.isEmpty ? nil : $0 } ?? "unix:///var/run/docker.sock"
      return DockerContext(
        host: host, skipsVerification: endpoint.skipsVerification ?? false,
        certificateFolder: "\(store)/tls/\(hash)/docker")
    }
    let known = others.isEmpty ? "none is there" : "there are \(others.sorted().joined(separator: ", "))"
    throw .wrongContext(name, "\(store) has no context of that name; \(known)")
  }
}

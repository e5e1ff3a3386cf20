/// What kind of "no" a registry said, so that callers can branch and people know what to do.
public enum RegistryFailure: String, Sendable {
  /// The credentials were refused, or they do not suffice.
  case unauthorized
  /// No credentials were sent, and some are needed.
  case noCredentials
  /// The tag exists and may not be moved.
  case tagImmutable
  /// Nothing answers at the registry's address.
  case unreachable
  /// The registry has no such repository.
  case repositoryUnknown
  /// The repository has no such tag or digest.
  case manifestUnknown
  /// The Engine has no image with that name.
  case notInEngine
  case other

  /// Reads the words of the Engine and of a registry. Both give no code inside an answer of 200: the words of Docker's
  /// registry (https://distribution.github.io/distribution/spec/api/#errors-2), of ECR and of Go's dialler.
  public init(message: String) {
    let text = message.lowercased()
    let words: [(RegistryFailure, [String])] = [
      (.noCredentials, ["no basic auth credentials"]),
      (.tagImmutable, ["imagetagalreadyexists", "tag is immutable", "tag immutable", "cannot be overwritten"]),
      (.notInEngine, ["an image does not exist locally", "no such image", "does not exist locally"]),
      (
        .repositoryUnknown,
        ["name unknown", "repository name not known", "does not exist in the registry", "name_unknown"]
      ),
      (.manifestUnknown, ["manifest unknown", "manifest for", "manifest_unknown"]),
      (.unauthorized, ["unauthorized", "denied", "authentication required", "403 forbidden", "token has expired"]),
      (
        .unreachable,
        [
          "connection refused", "no such host", "i/o timeout", "no route to host", "network is unreachable",
          "connection reset", "client.timeout", "tls handshake", "certificate", "gave http response to https",
        ]
      ),
    ]
    self = words.first { $0.1.contains { text.contains($0) } }?.0 ?? .other
  }

  var advice: String {
    switch self {
    case .unauthorized: "Check the registry's credentials and what they may do with this repository."
    case .noCredentials: "The registry wants credentials: log in, or check image.repository."
    case .tagImmutable: "The repository does not let a tag be moved; the image under that tag stays as it is."
    case .unreachable: "Check that the registry runs, and that the Engine can reach it."
    case .repositoryUnknown: "Create the repository, or check image.repository."
    case .manifestUnknown: "The registry does not hold that tag or digest: build and push it, or check the name."
    case .notInEngine: "Build the image first."
    case .other: "Look at the registry's and the Engine's logs."
    }
  }
}

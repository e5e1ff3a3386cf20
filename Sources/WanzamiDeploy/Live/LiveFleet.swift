import AWSClient
import DockerEngine
import HTTPTransport
import ReleaseCore

/// The fleet in AWS: what a run reads of it and does to it.
struct LiveFleet: Sendable {
  let pipeline: Pipeline
  let client: AWSClient
  let transport: HTTPTransport
  let registry: LiveRegistry

  var name: String { pipeline.fleet.group }

  /// The group now; one that does not exist is refused by name.
  func group() async throws(ActionFailure) -> AutoScaling.Group {
    do throws(AWSError) {
      let found = try await client.autoScaling.describeAutoScalingGroups([name])
      if let group = found.first { return group }
    } catch {
      throw ActionFailure(error)
    }
    throw ActionFailure(
      .refused,
      "there is no Auto Scaling group \(name) in \(client.region). Check fleet.group and region in the pipeline file, "
        + "and which account the credentials are for.")
  }
}

extension ActionFailure {
  /// What of an AWS error a decision depends on; the sentence keeps AWS's code and request id.
  init(_ error: AWSError) {
    self.init(Kind(error), error.description)
  }
}

extension ActionFailure.Kind {
  init(_ error: AWSError) {
    self =
      switch error.kind {
      case .throttled, .busy: .throttled
      case .ambiguous, .cancelled: .ambiguous
      case .transport, .service: .ambiguous
      case .refreshInProgress: .refreshInProgress
      case .irreversible: .irreversible
      case .noActiveRefresh: .noActiveRefresh
      case .validation where error.isAboutUnknownTemplate, .notFound where error.isAboutUnknownTemplate: .notVisibleYet
      case .validation: .refused
      case .denied, .expired, .unauthenticated, .noCredentials, .notFound, .alreadyExists, .limitExceeded,
        .malformedAnswer, .other:
        .other
      }
  }
}

extension AWSError {
  /// Auto Scaling's words for a template version that EC2 created a moment ago and has not spread yet.
  fileprivate var isAboutUnknownTemplate: Bool {
    let text = message.lowercased()
    let isUnknown = ["does not exist", "not found", "could not find"].contains { text.contains($0) }
    return text.contains("launch template") && isUnknown || code?.hasPrefix("InvalidLaunchTemplate") == true
  }
}

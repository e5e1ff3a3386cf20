import AWSWire
import SimulatedAWS

/// Publishing to a topic: every standard topic of the account and region is there, and nobody subscribes.
///
/// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
enum SNSFace {
  static func perform(
    _ operation: String, _ parameters: Parameters, _ world: inout World
  ) throws(Fault) -> [XMLNode?]? {
    guard operation == "Publish" else { return nil }
    let topic = try parameters.required("TopicArn")
    let parts = topic.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[2] == "sns", !parts[5].isEmpty else {
      throw Fault("InvalidParameter", "Invalid parameter: TopicArn")
    }
    guard parts[3] == world.region, parts[4] == world.account else {
      throw Fault("NotFound", "Topic does not exist", httpStatus: 404)
    }
    let message = try parameters.required("Message")
    guard !message.isEmpty, message.utf8.count <= 262_144 else {
      throw Fault("InvalidParameter", "Invalid parameter: Message too long")
    }
    if let subject = parameters.text("Subject") {
      let isFit =
        (1...100).contains(subject.count) && subject.unicodeScalars.allSatisfy { (0x20..<0x7F).contains($0.value) }
      guard isFit else { throw Fault("InvalidParameter", "Invalid parameter: Subject") }
    }
    return [element("MessageId", world.requestID())]
  }
}

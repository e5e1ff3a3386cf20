import AWSWire

/// https://docs.aws.amazon.com/sns/latest/api/
public struct SNS: Sendable {
  let caller: AWSCaller

  /// A subject has at most 100 ASCII characters (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
  public static let subjectMax = 100
  /// A message has at most 256 KiB.
  public static let messageBytesMax = 262_144

  /// Publishes a message to a standard topic of the client's region, and gives the message's id. A lost answer is
  /// `ambiguous`: asking again may tell it twice.
  ///
  /// - Parameter subject: of e-mails; at most ``subjectMax`` printable ASCII characters, on one line.
  public func publish(_ message: String, subject: String, to topic: String) async throws(AWSError) -> String {
    try await caller.query(.sns, "Publish", of: topic, safety: .once) { form in
      form.add("TopicArn", topic)
      form.add("Subject", subject)
      form.add("Message", message)
    } decode: { node throws(MissingMember) in
      try node.required("MessageId")
    }
  }
}

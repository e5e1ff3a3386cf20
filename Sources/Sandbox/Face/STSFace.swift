import AWSWire
import SimulatedAWS

/// https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
enum STSFace {
  static func perform(_ operation: String, _ world: World, accessKeyID: String) -> [XMLNode?]? {
    guard operation == "GetCallerIdentity" else { return nil }
    return [
      element("Arn", "arn:aws:iam::\(world.account):user/sandbox"),
      element("UserId", "AIDA" + String(accessKeyID.dropFirst(4))), element("Account", world.account),
    ]
  }
}

import ArgumentParser

@main
struct WanzamiDeploy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wanzami-deploy",
    abstract: "Releases a container image to an EC2 Auto Scaling group behind an Application Load Balancer.")
}

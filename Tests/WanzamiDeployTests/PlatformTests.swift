import AWSClient
import AWSWire
import RealParts
import ReleaseCore
import Synchronization
import Testing

@testable import WanzamiDeploy

@Suite("What the instances run")
struct PlatformTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var type: String?
    var image: String?
    var asked: [String]
    var platform: String?
  }

  @Test(
    "is told by the template's instance type; where it names none, by its AMI",
    arguments: [
      Case(
        testDescription: "an instance type", type: "t4g.small", image: "ami-1", asked: ["DescribeInstanceTypes"],
        platform: "linux/arm64"),
      Case(testDescription: "an AMI alone", image: "ami-1", asked: ["DescribeImages"], platform: "linux/amd64"),
      Case(testDescription: "an AMI that is gone", image: "ami-2", asked: ["DescribeImages"]),
      Case(testDescription: "an alias", image: "resolve:ssm:/web/ami", asked: []),
      Case(testDescription: "nothing", asked: []),
    ])
  func platform(_ example: Case) async throws {
    let asked = Mutex<[String]>([])
    let server = try LoopbackServer { connection in
      while let (_, body) = connection.request() {
        let form = QueryForm(decoding: body)
        let operation = form["Action"] ?? ""
        asked.withLock { $0.append(operation) }
        if operation == "DescribeInstanceTypes" {
          connection.answer(
            "<DescribeInstanceTypesResponse><instanceTypeSet><item><instanceType>t4g.small</instanceType><processorInfo>"
              + "<supportedArchitectures><item>arm64</item></supportedArchitectures></processorInfo></item>"
              + "</instanceTypeSet></DescribeInstanceTypesResponse>")
        } else {
          connection.answer(
            form["ImageId.1"] == "ami-1"
              ? "<DescribeImagesResponse><imagesSet><item><imageId>ami-1</imageId><imageState>available</imageState>"
                + "<architecture>x86_64</architecture></item></imagesSet></DescribeImagesResponse>"
              : "<DescribeImagesResponse><imagesSet/></DescribeImagesResponse>")
        }
      }
    }
    let version = TemplateVersion(number: 1, imageID: example.image, instanceType: example.type)
    let template = LaunchTemplate(id: "lt-1", name: "web", defaultVersion: 1, latestVersion: 1, versions: [1: version])
    let saved = SavedConfiguration.template(TemplateReference(id: "lt-1", name: "web", version: .number(1)))
    let platform = try await ParallelReadTests.fleet(at: server.url).platform(of: template, saved: saved)
    #expect(platform == example.platform)
    #expect(asked.withLock { $0 } == example.asked)
  }
}

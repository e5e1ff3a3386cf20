import AWSWire
import FoundationEssentials
import RealParts
import Sandbox

/// Processor time for one request's work: signing, reading XML and JSON, and whole calls.
struct Wire: Benchmark {
  static let name = "wire"
  static let about = "signing, XML and JSON for one request, and whole calls, beside botocore"

  func run(_ bench: Bench) async throws -> [Row] {
    let folder = try TemporaryFolder("bench")
    let xml = Answers.targetHealth(targets: 100)
    let json = Answers.images(100)
    let xmlFile = try folder.write("answer.xml", xml)
    let jsonFile = try folder.write("answer.json", json)
    let rounds = bench.rounds(5)
    return [
      try await row("sign a request", rounds, bench, ["sign"]) { sign() },
      try await row("read XML of 100 targets", rounds, bench, ["xml", xmlFile]) { readXML(Array(xml.utf8)) },
      try await row("read JSON of 100 images", rounds, bench, ["json", jsonFile]) { readJSON(Array(json.utf8)) },
      try await calls(bench, folder),
    ]
  }

  private func row(
    _ what: String, _ rounds: Int, _ bench: Bench, _ arguments: [String], _ work: () -> Bool
  ) async throws -> Row {
    var ours: [Double] = []
    var theirs: [Double] = []
    for _ in 0..<rounds {
      ours.append(try secondsEach(bench.isShort ? 0.1 : 0.5, work))
      theirs.append(try await botocore(arguments, bench, environment: bench.tools.bareEnvironment(home: "/")))
    }
    return Row(what, .seconds, ours: Series(ours), beside: "botocore", theirs: Series(theirs), aim: .ratio(1))
  }

  private func botocore(_ arguments: [String], _ bench: Bench, environment: [String: String]) async throws -> Double {
    let ended = try await Program.run(
      [bench.tools.python, bench.tools.folder + "/botocore_speed.py"] + arguments, environment: environment)
    return try ended.number()
  }

  /// Processor time of one piece of work, from many; `work` says whether it went well.
  private func secondsEach(_ seconds: Double, _ work: () -> Bool) throws -> Double {
    for _ in 0..<20 where !work() { throw FixtureFailure("the work that is measured fails") }
    let began = threadSeconds()
    var count = 0
    while threadSeconds() - began < seconds {
      for _ in 0..<20 { _ = work() }
      count += 20
    }
    return (threadSeconds() - began) / Double(count)
  }

  private func sign() -> Bool {
    var form = QueryForm(action: "DescribeTargetHealth", version: "2015-12-01")
    form.add("TargetGroupArn", Answers.targetGroup)
    let request = WireRequest(
      method: "POST", target: "/",
      headers: [
        HeaderField("Host", "elasticloadbalancing.eu-north-1.amazonaws.com"),
        HeaderField("Content-Type", QueryForm.contentType),
      ], body: form.bytes)
    let key = AccessKey(id: "AKIAIOSFODNN7EXAMPLE", secret: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
    let signer = SigV4(key: key, scope: SigningScope(region: "eu-north-1", service: "elasticloadbalancing"))
    return signer.sign(request, at: Timestamp(milliseconds: 1_790_000_000_000)).headers.count == 2
  }

  private func readXML(_ bytes: [UInt8]) -> Bool {
    guard let root = try? XMLNode(parsing: bytes), let result = root["DescribeTargetHealthResult"] else { return false }
    let targets = result.list("TargetHealthDescriptions").compactMap { node -> (String, Int?, String)? in
      guard let id = node.at("Target", "Id")?.text, let state = node.at("TargetHealth", "State")?.text else {
        return nil
      }
      return (id, node["Target"]?.int("Port"), state)
    }
    return targets.count == 100
  }

  private func readJSON(_ bytes: [UInt8]) -> Bool {
    (try? JSONDecoder().decode(Answers.Images.self, from: Data(bytes)))?.imageDetails.count == 100
  }

  private func calls(_ bench: Bench, _ folder: TemporaryFolder) async throws -> Row {
    var fleet = FleetFile()
    fleet.desired = 100
    fleet.max = 200
    let count = String(bench.isShort ? 20 : 300)
    return try await Cloud.simulated(fleet) { cloud in
      let environment = bench.tools.bareEnvironment(home: folder.path).merging(cloud.variables) { $1 }
      let arn = await cloud.world.snapshot.targetGroups[0].arn
      var ours: [Double] = []
      var theirs: [Double] = []
      for _ in 0..<bench.rounds(5) {
        ours.append(try await Program.run([bench.tools.own, "calls", count, arn], environment: environment).number())
        theirs.append(try await botocore(["calls", count, arn], bench, environment: environment))
      }
      return Row(
        "a whole call, 100 targets", .seconds, ours: Series(ours), beside: "botocore", theirs: Series(theirs),
        aim: .ratio(1), note: "processor time of the client: signed, sent over loopback, answered, decoded")
    }
  }
}

extension Program.Finished {
  /// The number that a program printed as its whole output.
  func number() throws -> Double {
    guard status == 0, let number = Double(output.split(whereSeparator: \.isWhitespace).joined()) else {
      throw FixtureFailure("no number came: \(everything)")
    }
    return number
  }
}

import PipelineFile
import ReleaseCore
import Testing

@Suite("Decoding a pipeline file")
struct DecodePipelineTests {
  @Test("with the group alone, everything else has its default")
  func defaults() throws {
    let pipeline = try decode("fleet: { group: wanzami-api }\n")
    #expect(pipeline == Pipeline(service: "wanzami-api", fleet: Pipeline.Fleet(group: "wanzami-api")))
    #expect(pipeline.source.repository == ".")
    #expect(pipeline.source.branch == "main")
    #expect(pipeline.image.dockerfile == "Dockerfile")
    #expect(pipeline.rollout.unhealthyAfter == .seconds(60))
    #expect(pipeline.rollout.poll == .seconds(3))
  }

  @Test("null, ~ and nothing are the default, for keys and for sections")
  func nulls() throws {
    let text = """
      service: ~
      region: null
      source:
      image: { repository: ~, context: null, dockerfile: , platform: ~, buildArgs: ~, target: null }
      fleet: { group: wanzami-api, userData: ~ }
      rollout:
        minHealthyPercent:
        checkpoints: null
        checkpointDelay: ~
        alarms:
        poll: ~
        protected:
      rollback:
      """
    #expect(try decode(text) == decode("fleet: { group: wanzami-api }"))
  }

  @Test("the example of the design is read as it stands")
  func design() throws {
    let pipeline = try decode(
      """
      service: api
      region: eu-north-1
      source:   { repository: ., branch: main }   # a comment
      image:
        repository: wanzami-api
        context: backend
        dockerfile: Dockerfile
        platform: linux/arm64
        buildArgs: {}
        target: null
      fleet:
        group: wanzami-api
        userData: null
      rollout:
        minHealthyPercent: 100
        maxHealthyPercent: 150
        warmup: 30s
        checkpoints: []
        checkpointDelay: 1m
        bake: 1m
        alarms: []
        unhealthyAfter: 60s
        startWithin: 5m
        stalledAfter: 15m
        timeout: 60m
        poll: 3s
        protected: ignore
      rollback: automatic
      """)
    #expect(pipeline.service == "api")
    #expect(pipeline.rollout.warmup == .seconds(30))
    #expect(pipeline.rollout.bake == .seconds(60))
    #expect(pipeline.rollout.timeout == .seconds(3600))
  }

  @Test(
    "each key takes its values",
    arguments: [
      Row("service: api\nregion: us-gov-west-1", { ($0.service, $0.region) == ("api", "us-gov-west-1") }),
      Row("source: { repository: ../mono, branch: release/2.x }", { $0.source.branch == "release/2.x" }),
      Row("image: { repository: team/api }", { $0.image.repository == "team/api" }),
      Row("image: { repository: 127.0.0.1:5000/api }", { $0.image.repository == "127.0.0.1:5000/api" }),
      Row("image: { context: ./apps/backend/ }", { $0.image.context == "apps/backend" }),
      Row("image: { context: . }", { $0.image.context == "" }),
      Row("image: { dockerfile: docker/Dockerfile.api }", { $0.image.dockerfile == "docker/Dockerfile.api" }),
      Row("image: { platform: linux/arm/v7 }", { $0.image.platform == "linux/arm/v7" }),
      Row("image: { buildArgs: { A: 1.10, B_2: true, C: '' } }") {
        $0.image.buildArgs == ["A": "1.10", "B_2": "true", "C": ""]
      },
      Row("image: { target: runtime }", { $0.image.target == "runtime" }),
      Row("rollout: { minHealthyPercent: 0, maxHealthyPercent: 200 }") {
        ($0.rollout.minHealthyPercent, $0.rollout.maxHealthyPercent) == (0, 200)
      },
      Row("rollout: { warmup: 0s, bake: 500ms, timeout: 2h }") {
        ($0.rollout.warmup, $0.rollout.bake, $0.rollout.timeout) == (.zero, .milliseconds(500), .seconds(7200))
      },
      Row("rollout: { checkpoints: [20, 50, 100], checkpointDelay: 48h }") { $0.rollout.checkpoints == [20, 50, 100] },
      Row("rollout: { unhealthyAfter: 2s, startWithin: '10s', stalledAfter: 5m, poll: 100ms }") {
        ($0.rollout.unhealthyAfter, $0.rollout.startWithin) == (.seconds(2), .seconds(10))
      },
      Row("rollout:\n  alarms:\n  - high latency\n  - a/b") { $0.rollout.alarms == ["high latency", "a/b"] },
      Row("rollout: { protected: replace }\nrollback: manual") {
        ($0.rollout.protected, $0.rollback) == (.replace, .manual)
      },
    ])
  func values(row: Row) throws {
    let pipeline = try decode("fleet: { group: wanzami-api, userData: deploy/user-data.sh }\n" + row.text)
    #expect(row.holds(pipeline), "\(row.text)")
    #expect(pipeline.fleet.userData == "deploy/user-data.sh")
  }

  @Test("relations between durations are not this file's business")
  func relations() throws {
    _ = try decode("fleet: { group: g }\nrollout: { startWithin: 1h, stalledAfter: 1s, timeout: 1s, poll: 5m }")
  }

  private func decode(_ text: String) throws -> Pipeline { try PipelineFile.decode(text: text, file: "x.yml") }
}

/// A part of a file, and what must hold of the pipeline that it makes.
struct Row: Sendable, CustomTestStringConvertible {
  let text: String
  let holds: @Sendable (Pipeline) -> Bool
  var testDescription: String { text }

  init(_ text: String, _ holds: @escaping @Sendable (Pipeline) -> Bool) {
    self.text = text
    self.holds = holds
  }
}

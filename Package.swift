// swift-tools-version: 6.2
import PackageDescription

/// Swift 6 mode with every warning an error, in each target of the house.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// A library of the house. What it may import is listed here and nowhere else: arrows point inwards only.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The suite of one target.
func suite(_ name: String, _ dependencies: [Target.Dependency], without files: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: files, swiftSettings: strict)
}

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { .product(name: $0, package: "swift-nio") }

let package = Package(
  name: "wanzami-deploy",
  products: [.executable(name: "wanzami-deploy", targets: ["WanzamiDeploy"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // System libraries: a module map and a typed shim, nothing else.
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    .systemLibrary(name: "CGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    .systemLibrary(name: "CSpawn"),
    .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),

    // Knowledge: pure values and decisions.
    room("ReleaseCore"),
    room("SimulatedAWS"),
    room("PipelineFile", ["ReleaseCore", yams]),
    room("RunReport", ["ReleaseCore"]),

    // Effects: one room for each outside party.
    room("HTTPTransport", ["CCurl"]),
    room("ChildProcesses", ["CSpawn"]),
    room("AWSWire", ["COpenSSL", "CExpat"]),
    room("AWSClient", ["AWSWire", "ChildProcesses", "HTTPTransport"]),
    room("DockerEngine", ["ChildProcesses", "HTTPTransport"]),
    room("GitRepository", ["CGit2", "COpenSSL"]),
    room("ReleaseRuntime", ["ReleaseCore"]),
    room("Sandbox", ["SimulatedAWS", "AWSWire", "ChildProcesses", "DockerEngine", "HTTPTransport", "CCrypt"] + nio),

    .executableTarget(
      name: "WanzamiDeploy",
      dependencies: [
        "ReleaseCore", "PipelineFile", "ReleaseRuntime", "AWSClient", "AWSWire", "DockerEngine", "GitRepository",
        "HTTPTransport", "ChildProcesses",
        "SimulatedAWS", "Sandbox", "RunReport", argumentParser, yams,
      ],
      swiftSettings: strict,
      // The libraries that scripts/package puts beside the program, for these and for those that they need in turn.
      linkerSettings: [.unsafeFlags(["-Xlinker", "-rpath=$ORIGIN/../lib", "-Xlinker", "--disable-new-dtags"])]),

    // Measures us beside what people have, and asserts nothing: started by scripts/bench.
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "AWSClient", "AWSWire", "DockerEngine", "GitRepository", "HTTPTransport", "RealParts", "Sandbox",
        "SimulatedAWS",
        "Simulation", argumentParser,
      ],
      swiftSettings: strict),

    // Fixtures on real parts (an Engine, a registry, git repositories), for the suites below.
    .target(
      name: "RealParts", dependencies: ["CCrypt", "CSpawn"], path: "Tests/RealParts", swiftSettings: strict
    ),

    // The real reducer in an emulated world and virtual time: for its own suites, and for whole nights of chance.
    .target(
      name: "Simulation", dependencies: ["ReleaseCore", "SimulatedAWS"], path: "Tests/Simulation",
      swiftSettings: strict),
    .executableTarget(
      name: "simulate", dependencies: ["Simulation", argumentParser], path: "Tests/Simulate", swiftSettings: strict),

    suite("ReleaseCoreTests", ["ReleaseCore"]),
    suite("SimulatedAWSTests", ["SimulatedAWS"]),
    suite("RunReportTests", ["RunReport", "ReleaseCore", "RealParts"]),
    suite("PipelineFileTests", ["PipelineFile", "ReleaseCore"]),
    suite("HTTPTransportTests", ["HTTPTransport", "RealParts"]),
    suite("ChildProcessesTests", ["ChildProcesses", "RealParts"]),
    suite("AWSWireTests", ["AWSWire"]),
    suite("AWSClientTests", ["AWSClient", "AWSWire", "ChildProcesses", "HTTPTransport", "RealParts"]),
    suite("DockerEngineTests", ["DockerEngine", "HTTPTransport", "RealParts"]),
    suite("GitRepositoryTests", ["GitRepository", "RealParts"]),
    suite("ReleaseRuntimeTests", ["ReleaseRuntime", "ReleaseCore", "SimulatedAWS", "Simulation"]),
    suite("SandboxTests", ["Sandbox", "SimulatedAWS", "AWSWire", "DockerEngine", "HTTPTransport", "RealParts"]),
    suite(
      "WanzamiDeployTests",
      ["WanzamiDeploy", "AWSClient", "AWSWire", "HTTPTransport", "RealParts", "ReleaseCore", "ReleaseRuntime", yams]),
    // The executable is a dependency so that it is built; the suites start it, and import nothing of it.
    suite(
      "ScenarioTests", ["WanzamiDeploy", "AWSClient", "AWSWire", "HTTPTransport", "RealParts"],
      without: ["Transcripts"]),
    suite(
      "IntegrationTests",
      [
        "WanzamiDeploy", "AWSClient", "AWSWire", "DockerEngine", "GitRepository", "HTTPTransport", "RealParts",
        "ReleaseCore", "Sandbox", "SimulatedAWS",
      ]),
  ],
  swiftLanguageModes: [.v6]
)

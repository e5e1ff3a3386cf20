import Foundation
import RealParts
import Testing

@testable import ReleaseCore
@testable import WanzamiDeploy

/// The script that Systems Manager hands to an instance, run by the shell that is here; only `docker` and `aws` are
/// stand-ins that write down how they were called.
@Suite("The script of a hook on an instance")
struct InstanceHookTests {
  private static let image =
    "123456789012.dkr.ecr.eu-north-1.amazonaws.com/api@sha256:" + String(repeating: "a", count: 64)

  private func order(_ command: [String]) -> HookOrder {
    var hook = Pipeline.Hook(command: command)
    hook.environment = ["QUOTE": "it's \"$HOME\" `x`"]
    hook.environmentFile = "/etc/api env"
    hook.network = "host"
    return HookOrder(
      point: .beforeRollout, index: 0, hook: hook, run: RunID("01J0000000000000000000000R")!,
      image: InstanceHookTests.image,
      variables: [HookOrder.Variable(name: "WANZAMI_REASON", value: "two\nlines")])
  }

  /// Runs the script; gives its status, and each call of docker with its words.
  private func run(_ command: [String], docker: String) throws -> (status: Int32, calls: [[String]]) {
    let folder = try TemporaryFolder("hook")
    let stand = #"#!/bin/sh\#n{ printf '%s\036' "$(basename "$0")" "$@"; printf '\035'; } >>"\#(folder.path)/calls"\#n"#
    for name in ["docker", "aws"] {
      try folder.write(name, stand + (name == "docker" ? docker : "echo password\n"))
      try Command.check(["chmod", "755", "\(folder.path)/\(name)"])
    }
    let script = try folder.write(
      "script", InstanceHook.script(order(command), image: InstanceHookTests.image, region: "eu-north-1"))
    let ended = try Command.run(["sh", script], environment: ["PATH": "\(folder.path):/usr/bin:/bin"])
    let text = String(decoding: try Data(contentsOf: URL(filePath: folder.path + "/calls")), as: UTF8.self)
    let calls = text.split(separator: "\u{1D}").map { call in
      call.split(separator: "\u{1E}", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
    return (ended.status, calls)
  }

  @Test("each word reaches the container as it is, its status is the script's, and the container is removed")
  func words() throws {
    let command = ["npm", "run it", "$(reboot)", "a'b", ""]
    let (status, calls) = try run(command, docker: "[ \"$1\" != run ] || exit 7\n")
    #expect(status == 7)
    let run = try #require(calls.first { $0.prefix(2) == ["docker", "run"] })
    #expect(Array(run.suffix(6)) == [InstanceHookTests.image] + command)
    #expect(run.contains("QUOTE=it's \"$HOME\" `x`"))
    #expect(run.contains("WANZAMI_REASON=two\nlines"))
    #expect(Array(run.split(separator: "--env-file", maxSplits: 1).last?.prefix(1) ?? []) == ["/etc/api env"])
    #expect(Array(run.split(separator: "--network", maxSplits: 1).last?.prefix(1) ?? []) == ["host"])
    #expect(calls.last == ["docker", "rm", "--force", "wanzami-hook-01j0000000000000000000000r-beforeRollout-0"])
    #expect(!calls.contains { $0.first == "aws" }, "the pull needed no login")
  }

  @Test("a pull that is refused is followed by a login with the instance's own role")
  func login() throws {
    let (status, calls) = try run(["true"], docker: "[ \"$1\" != pull ] || exit 1\n")
    #expect(status == 0)
    #expect(calls.contains(["aws", "ecr", "get-login-password", "--region", "eu-north-1"]))
    #expect(calls.contains { $0.prefix(2) == ["docker", "login"] })
  }
}

import AWSClient
import Foundation

/// Runs a program without a shell and collects its output: the AWS files' `credential_process`.
enum CommandOutput {
  /// The most that a program may say; credentials are a few kilobytes.
  private static let bytesMax = 1 << 20

  static func collect(_ words: [String]) async throws -> ProcessOutput {
    guard let program = words.first else { throw CocoaError(.fileNoSuchFile) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program.contains("/") ? program : "/usr/bin/env")
    process.arguments = program.contains("/") ? Array(words.dropFirst()) : words
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    let problems = Pipe()
    process.standardOutput = output
    process.standardError = problems
    try process.run()
    // Both pipes are read to their end on threads of their own: a full one would hold the program up.
    async let said = read(output.fileHandleForReading)
    async let complained = read(problems.fileHandleForReading)
    let (standardOutput, standardError) = await (said, complained)
    process.waitUntilExit()
    let status = Int(process.terminationStatus)
    return ProcessOutput(
      status: process.terminationReason == .uncaughtSignal ? 128 + status : status,
      standardOutput: standardOutput, standardError: standardError)
  }

  private static func read(_ handle: FileHandle) async -> [UInt8] {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let bytes = (try? handle.readToEnd()) ?? Data()
        continuation.resume(returning: Array(bytes.prefix(bytesMax)))
      }
    }
  }
}

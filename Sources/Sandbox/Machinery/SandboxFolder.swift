import Glibc

/// The private folder of a sandbox's servers.
enum SandboxFolder {
  /// A fresh one, in TMPDIR where that is short enough for a socket's path, else in /tmp.
  static func make() throws(SandboxError) -> String {
    let wish = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    let parent = wish.hasPrefix("/") && wish.utf8.count <= 50 ? wish : "/tmp"
    var template = Array("\(parent)/wanzami-sandbox.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw SandboxError("making a folder in \(parent): \(String(cString: strerror(errno)))")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

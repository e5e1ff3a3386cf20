import AWSWire
import SimulatedAWS
import Synchronization

/// The keys that the sandbox accepts: the one that it was started with, and the temporary ones that its STS gave out.
final class Sessions: Sendable {
  struct Session: Sendable {
    var key: AccessKey
    var role: String
    /// `arn:aws:sts::<account>:assumed-role/<role>/<session>`.
    var arn: String
    /// `AROA…:<session>`.
    var userID: String
    /// By the real clock.
    var expires: WorldTime
  }

  private let root: AccessKey
  /// How long keys really last, in seconds; `nil`: as long as was asked for.
  private let lifetime: Double?
  private let issued = Mutex<[String: Session]>([:])

  init(root: AccessKey, lifetime: Double? = nil) {
    self.root = root
    self.lifetime = lifetime
  }

  /// A key by its id, expired or not.
  func key(_ id: String) -> AccessKey? { id == root.id ? root : session(id)?.key }

  func session(_ id: String) -> Session? { issued.withLock { $0[id] } }

  /// Who stands behind a key, whatever session it is of: its role, or the key itself.
  func client(_ id: String) -> String { session(id)?.role ?? id }

  func isExpired(_ id: String, at now: WorldTime) -> Bool { session(id).map { $0.expires <= now } ?? false }

  /// Gives out keys for a role; `seconds` is the duration asked for.
  func issue(role: String, session name: String, seconds: Int, at now: WorldTime) throws(Fault) -> Session {
    let parts = role.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "arn", parts[2] == "iam", parts[5].hasPrefix("role/") else {
      throw Fault("ValidationError", "\(role) is invalid")
    }
    guard (2...64).contains(name.utf8.count) else {
      throw Fault("ValidationError", "Value '\(name)' at 'roleSessionName' must have a length of 2 to 64")
    }
    guard (900...43_200).contains(seconds) else {
      throw Fault("ValidationError", "Value '\(seconds)' at 'durationSeconds' must be between 900 and 43200")
    }
    var key = AccessKey.random()
    key.id = "ASIA" + key.id.dropFirst(4)
    key.sessionToken = Secret(AccessKey.random().secret.revealed + AccessKey.random().secret.revealed)
    let roleName = parts[5].split(separator: "/").last ?? ""
    let session = Session(
      key: key, role: role, arn: "arn:\(parts[1]):sts::\(parts[4]):assumed-role/\(roleName)/\(name)",
      userID: "AROA\(key.id.dropFirst(4)):\(name)",
      expires: now + Int64((lifetime ?? Double(seconds)) * 1000))
    issued.withLock { $0[key.id] = session }
    return session
  }
}

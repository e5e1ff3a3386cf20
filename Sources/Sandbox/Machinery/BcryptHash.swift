import AWSWire
internal import CCrypt

/// A password's bcrypt hash, the only form that the registry's htpasswd file takes (crypt(5), `$2b$`).
struct BcryptHash: Sendable {
  let text: String

  /// - Parameter cost: 4–31; each step doubles the work. A registry checks the password with every request, so a
  ///   random password on loopback is given little.
  init(of password: Secret, cost: UInt = 5) throws(SandboxError) {
    var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
    var work = [UInt8](repeating: 0, count: MemoryLayout<crypt_data>.size)
    guard crypt_gensalt_rn("$2b$", cost, nil, 0, &setting, Int32(setting.count)) != nil,
      let hash = crypt_rn(password.revealed, setting, &work, Int32(work.count))
    else { throw SandboxError("hashing the registry's password: this libcrypt has no bcrypt") }
    text = String(cString: hash)
  }
}

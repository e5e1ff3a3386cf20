internal import COpenSSL

/// SHA-256 (FIPS 180-4) in lower-case hexadecimal digits.
public func sha256Hex(_ bytes: [UInt8]) -> String {
  var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
  _ = SHA256(bytes, bytes.count, &digest)
  return hexadecimal(digest)
}

/// SHA-1 (FIPS 180-4) in lower-case hexadecimal digits: for names of files that others chose, never for secrecy.
public func sha1Hex(_ bytes: [UInt8]) -> String {
  var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
  _ = SHA1(bytes, bytes.count, &digest)
  return hexadecimal(digest)
}

/// HMAC-SHA-256 (RFC 2104).
func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
  var code = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
  var length = UInt32(code.count)
  _ = HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, &length)
  return code
}

/// Compares in a time that depends on nothing but the lengths.
func equalInConstantTime(_ left: String, _ right: String) -> Bool {
  let (left, right) = (Array(left.utf8), Array(right.utf8))
  guard left.count == right.count else { return false }
  return CRYPTO_memcmp(left, right, left.count) == 0
}

func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

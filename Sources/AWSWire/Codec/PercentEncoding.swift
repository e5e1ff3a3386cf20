/// Percent-encodes every byte but the unreserved ones of RFC 3986, 2.3 (`A–Z a–z 0–9 - . _ ~`) and those in `keeping`.
public func percentEncoded(_ text: String, keeping: String = "") -> String {
  percentEncoded(bytes: Array(text.utf8), keeping: keeping)
}

func percentEncoded(bytes: [UInt8], keeping: String = "") -> String {
  var encoded: [UInt8] = []
  encoded.reserveCapacity(bytes.count)
  for byte in bytes {
    if keeping.utf8.contains(byte) {
      encoded.append(byte)
    } else {
      appendPercentEncoded(byte, to: &encoded)
    }
  }
  return String(decoding: encoded, as: UTF8.self)
}

/// Appends one byte, encoded unless it is unreserved.
func appendPercentEncoded(_ byte: UInt8, to encoded: inout [UInt8]) {
  guard !isUnreserved(byte) else { return encoded.append(byte) }
  encoded.append(UInt8(ascii: "%"))
  encoded.append(digit(byte >> 4))
  encoded.append(digit(byte & 15))
}

private func digit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
}

/// The bytes that an encoded text stands for. A `%` without two hexadecimal digits stays as it is.
func percentDecoded(_ text: some StringProtocol) -> [UInt8] {
  let bytes = Array(text.utf8)
  var decoded: [UInt8] = []
  decoded.reserveCapacity(bytes.count)
  var index = 0
  while index < bytes.count {
    if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = digitValue(bytes[index + 1]),
      let low = digitValue(bytes[index + 2])
    {
      decoded.append(high << 4 | low)
      index += 3
    } else {
      decoded.append(bytes[index])
      index += 1
    }
  }
  return decoded
}

private func isUnreserved(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
    true
  default: false
  }
}

private func digitValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}

/// The world's only source of chance: SplitMix64, so that one seed gives one world.
///
/// https://prng.di.unimi.it/splitmix64.c describes the mixing constants.
struct Generator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// `count` lower-case hexadecimal digits.
  mutating func hex(_ count: Int) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    var bits: UInt64 = 0
    for index in 0..<count {
      if index % 16 == 0 { bits = next() }
      let digit = UInt8(bits & 15)
      bytes.append(digit < 10 ? 48 + digit : 87 + digit)
      bits >>= 4
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The form of AWS's ids of refreshes, activities, commands and requests.
  mutating func uuid() -> String { "\(hex(8))-\(hex(4))-4\(hex(3))-a\(hex(3))-\(hex(12))" }
}

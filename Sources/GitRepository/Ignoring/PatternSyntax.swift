/// A path without `.`, `..`, doubled slashes and a last one, as Go's `path.Clean` leaves it; empty becomes `.`
/// (https://pkg.go.dev/path#Clean).
func cleaned(_ path: ArraySlice<UInt8>) -> [UInt8] {
  let slash = UInt8(ascii: "/")
  let isRooted = path.first == slash
  let up = Array("..".utf8)[...]
  var parts: [ArraySlice<UInt8>] = []
  for part in path.split(separator: slash) where !part.elementsEqual(".".utf8) {
    if part != up {
      parts.append(part)
    } else if let last = parts.last, last != up {
      parts.removeLast()
    } else if !isRooted {
      parts.append(part)
    }
  }
  let joined = Array(parts.joined(separator: [slash]))
  return isRooted ? [slash] + joined : joined.isEmpty ? [UInt8(ascii: ".")] : joined
}

/// Whether Go's `filepath.Match` finds a fault in a pattern when it is asked for the name `.`, which is how Docker checks
/// one (https://pkg.go.dev/path/filepath#Match): a class or an escape without its end, but only as far as the match gets.
func isMalformed(_ pattern: [UInt8]) -> Bool {
  var rest = pattern[...]
  var name: ArraySlice<UInt8> = [UInt8(ascii: ".")]
  while !rest.isEmpty {
    let afterStars = rest.drop { $0 == UInt8(ascii: "*") }
    let hasStar = afterStars.count < rest.count
    let chunk = afterStars.prefix(lengthOfChunk(afterStars))
    rest = afterStars.dropFirst(chunk.count)
    if hasStar, chunk.isEmpty { return false }
    switch match(chunk, name) {
    case .malformed: return true
    case .rest(let left) where left.isEmpty || !rest.isEmpty:
      name = left
      continue
    case .rest, .differs: break
    }
    // The star may take the name's one character.
    guard hasStar, !name.isEmpty, case .rest(let left) = match(chunk, []) else { return false }
    name = left
  }
  return false
}

/// How far it is to the next star outside a class.
private func lengthOfChunk(_ pattern: ArraySlice<UInt8>) -> Int {
  var isInClass = false
  var index = pattern.startIndex
  while index < pattern.endIndex {
    switch pattern[index] {
    case UInt8(ascii: "\\"): index = min(index + 1, pattern.endIndex - 1)
    case UInt8(ascii: "["): isInClass = true
    case UInt8(ascii: "]"): isInClass = false
    case UInt8(ascii: "*") where !isInClass: return index - pattern.startIndex
    default: break
    }
    index += 1
  }
  return pattern.count
}

private enum ChunkMatch {
  case malformed
  case differs
  /// What is left of the name.
  case rest(ArraySlice<UInt8>)
}

/// Matches a chunk without stars with the start of an ASCII name; all of the chunk is checked.
private func match(_ chunk: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> ChunkMatch {
  var rest = runes(chunk)[...]
  var name = name
  var differs = false
  while let next = rest.popFirst() {
    let character = differs ? nil : name.popFirst().map(Unicode.Scalar.init)
    if character == nil { differs = true }
    switch next {
    case "[":
      guard let isIn = matchClass(&rest, character ?? "\0") else { return .malformed }
      if !isIn { differs = true }
    case "?": if character == "/" { differs = true }
    case "\\":
      guard let escaped = rest.popFirst() else { return .malformed }
      if character != escaped { differs = true }
    default: if character != next { differs = true }
    }
  }
  return differs ? .differs : .rest(name)
}

/// Takes a class to its `]`, and tells whether it has the character; `nil`: it has no end, is empty, or lacks a bound.
private func matchClass(_ rest: inout ArraySlice<Unicode.Scalar>, _ character: Unicode.Scalar) -> Bool? {
  let negated = rest.first == "^"
  if negated { rest.removeFirst() }
  var isIn: Bool?
  while true {
    if let isIn, rest.first == "]" {
      rest.removeFirst()
      return isIn != negated
    }
    guard let low = takeBound(&rest) else { return nil }
    var high = low
    if rest.first == "-" {
      rest.removeFirst()
      guard let bound = takeBound(&rest) else { return nil }
      high = bound
    }
    isIn = isIn == true || low <= character && character <= high
  }
}

private func takeBound(_ rest: inout ArraySlice<Unicode.Scalar>) -> Unicode.Scalar? {
  guard let first = rest.popFirst(), first != "-", first != "]" else { return nil }
  guard let bound = first == "\\" ? rest.popFirst() : first, !rest.isEmpty else { return nil }
  return bound
}

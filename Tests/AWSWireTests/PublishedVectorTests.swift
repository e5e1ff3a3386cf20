import AWSWire
import FoundationEssentials
import Testing

/// AWS's published signing cases: the folder of `WANZAMI_VECTORS`, or `shared/vectors/sigv4` beside a folder above.
private let vectors: String? = {
  let named = ProcessInfo.processInfo.environment["WANZAMI_VECTORS"]
  var candidates = named.map { [$0, $0 + "/sigv4"] } ?? []
  var folder = #filePath
  while let slash = folder.lastIndex(of: "/") {
    folder = String(folder[..<slash])
    candidates.append(folder + "/shared/vectors/sigv4")
  }
  return candidates.first { FileManager.default.fileExists(atPath: $0 + "/get-vanilla/request.txt") }
}()

private func cases() -> [String] {
  guard let vectors else { return [] }
  return ((try? FileManager.default.contentsOfDirectory(atPath: vectors)) ?? []).sorted()
}

@Suite(
  "AWS's published signing cases", .disabled(if: vectors == nil, "no vectors: name their folder in WANZAMI_VECTORS"))
struct PublishedVectorTests {
  @Test("a request is signed as AWS says", arguments: cases())
  func header(name: String) throws {
    let vector = try Vector(folder: #require(vectors) + "/" + name)
    let signed = vector.signer.sign(vector.request, at: vector.time)
    #expect(signed.canonicalRequest == vector.file("header-canonical-request.txt"))
    #expect(signed.stringToSign == vector.file("header-string-to-sign.txt"))
    #expect(signed.signature == vector.file("header-signature.txt"))
    let authorization = try #require(signed.headers.last { $0.name == "Authorization" })
    #expect(vector.file("header-signed-request.txt").contains("Authorization:\(authorization.value)"))
  }

  @Test("a request signed as AWS says is accepted, and refused when one byte differs", arguments: cases())
  func verified(name: String) throws {
    let vector = try Vector(folder: #require(vectors) + "/" + name)
    // A token that is not signed is not what any service accepts.
    guard vector.signer.rules.normalizesPath, !vector.signer.rules.leavesTokenUnsigned else { return }
    var request = vector.request
    request.headers += vector.signer.sign(vector.request, at: vector.time).headers
    let verifier = SigV4Verifier { [key = vector.signer.key] id in id == key.id ? key : nil }
    #expect(try verifier.verify(request, now: vector.time).scope == vector.signer.scope)
    request.body.append(0)
    #expect(throws: SignatureRefusal.self) { try verifier.verify(request, now: vector.time) }
  }

  @Test("there are cases at all")
  func present() { #expect(cases().count >= 38) }
}

private struct Vector {
  let folder: String
  let signer: SigV4
  let time: Timestamp
  let request: WireRequest

  private struct Context: Decodable {
    struct Credentials: Decodable {
      var accessKeyId: String
      var secretAccessKey: String
      var token: String?
    }
    var credentials: Credentials
    var normalize: Bool
    var region: String
    var service: String
    var signBody: Bool
    var timestamp: String
    var omitSessionToken: Bool?
  }

  init(folder: String) throws {
    self.folder = folder
    let data = try #require(FileManager.default.contents(atPath: folder + "/context.json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let context = try decoder.decode(Context.self, from: data)
    signer = SigV4(
      key: AccessKey(
        id: context.credentials.accessKeyId, secret: Secret(context.credentials.secretAccessKey),
        sessionToken: context.credentials.token.map { Secret($0) }),
      scope: SigningScope(region: context.region, service: context.service),
      rules: SigningRules(
        normalizesPath: context.normalize, addsBodyHeader: context.signBody,
        leavesTokenUnsigned: context.omitSessionToken ?? false))
    time = try #require(Timestamp(iso8601: context.timestamp))
    request = try parse(#require(FileManager.default.contents(atPath: folder + "/request.txt")))
  }

  func file(_ name: String) -> String {
    let data = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
    var text = String(decoding: data, as: UTF8.self)
    while text.last == "\n" { text.removeLast() }
    return text
  }
}

/// A raw request as the suite writes it; a line that begins with a space continues the value before.
private func parse(_ data: Data) throws -> WireRequest {
  let text = String(decoding: data, as: UTF8.self)
  let halves = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
  let lines = halves[0].split(separator: "\n")
  let requestLine = try #require(lines.first)
  let method = requestLine.prefix { $0 != " " }
  // The target may hold spaces itself.
  let target = requestLine.dropFirst(method.count + 1).dropLast(" HTTP/1.1".count)
  var headers: [HeaderField] = []
  for line in lines.dropFirst() {
    if line.first == " " {
      headers[headers.count - 1].value += "\n" + line
    } else {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      headers.append(HeaderField(String(parts[0]), String(parts[1])))
    }
  }
  let body = halves.count > 1 ? Array(halves[1].utf8) : []
  return WireRequest(method: String(method), target: String(target), headers: headers, body: body)
}

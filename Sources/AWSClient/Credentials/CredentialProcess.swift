import AWSWire
import FoundationEssentials

/// A program named by `credential_process`, run without a shell.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
extension CredentialsChain {
  func ofProcess(_ command: String, place: String) async throws(CredentialsError) -> AWSCredentials {
    guard let words = splitCommand(command), !words.isEmpty else {
      throw .failed(place: place, reason: "its command line has an open quote or no words.")
    }
    let output: ProcessOutput
    do {
      output = try await environment.runProcess(words)
    } catch {
      throw .failed(place: place, reason: "\(words[0]) could not be run: \(error)")
    }
    guard output.status == 0 else {
      let said = String(decoding: output.standardError.prefix(1000), as: UTF8.self)
      throw .failed(place: place, reason: "\(words[0]) exited with \(output.status): \(said)")
    }
    struct Answer: Decodable {
      var version: Int
      var accessKeyId: String
      var secretAccessKey: String
      var sessionToken: String?
      var expiration: String?
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = MemberName.uncapitalized
    guard let answer = try? decoder.decode(Answer.self, from: Data(output.standardOutput)), answer.version == 1
    else {
      // The output may hold a secret: it is not shown.
      throw .failed(
        place: place,
        reason: "\(words[0]) printed no JSON object with Version 1, AccessKeyId and SecretAccessKey.")
    }
    return AWSCredentials(
      key: AccessKey(
        id: answer.accessKeyId, secret: Secret(answer.secretAccessKey),
        sessionToken: answer.sessionToken.map { Secret($0) }),
      expires: answer.expiration.flatMap { Timestamp(iso8601: $0) }, source: place)
  }
}

/// Splits like a POSIX shell that knows only quotes and backslashes; `nil` for a quote without its end.
func splitCommand(_ command: String) -> [String]? {
  var words: [String] = []
  var word: String?
  var quote: Character?
  var isEscaped = false
  for character in command {
    if isEscaped {
      word = (word ?? "") + String(character)
      isEscaped = false
    } else if character == "\\", quote != "'" {
      isEscaped = true
    } else if let open = quote {
      if character == open { quote = nil } else { word = (word ?? "") + String(character) }
    } else if character == "'" || character == "\"" {
      quote = character
      word = word ?? ""
    } else if character.isWhitespace {
      if let word { words.append(word) }
      word = nil
    } else {
      word = (word ?? "") + String(character)
    }
  }
  if let word { words.append(word) }
  return quote == nil && !isEscaped ? words : nil
}

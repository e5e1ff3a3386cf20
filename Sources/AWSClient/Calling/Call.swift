import AWSWire
import FoundationEssentials

/// One request of one operation, before it is signed.
struct Call: Sendable {
  let service: AWSService
  let operation: String
  /// What it is about, for people.
  let resource: String?
  let safety: RetryPolicy.Safety
  let body: [UInt8]

  var contentType: String {
    service.jsonTarget == nil ? QueryForm.contentType : "application/x-amz-json-1.1"
  }

  var target: String? { service.jsonTarget.map { "\($0).\(operation)" } }

  func error(_ kind: AWSError.Kind, _ message: String) -> AWSError {
    AWSError(kind: kind, service: service, operation: operation, resource: resource, message: message)
  }

  /// A 2xx answer that is not what the service promises: whatever was to be changed may be changed.
  func malformed(_ reason: String) -> AWSError {
    error(safety == .read ? .malformedAnswer : .ambiguous, "the answer is not what the service promises: \(reason)")
  }
}

/// A member that an answer must have, and has not.
struct MissingMember: Error {
  var name: String
}

extension XMLNode {
  func required(_ name: String) throws(MissingMember) -> String {
    guard let text = string(name) else { throw MissingMember(name: "\(self.name).\(name)") }
    return text
  }

  func requiredInt(_ name: String) throws(MissingMember) -> Int {
    guard let number = int(name) else { throw MissingMember(name: "\(self.name).\(name)") }
    return number
  }

  /// The text of a child, or `nil` when it is absent or empty.
  func nonEmpty(_ name: String) -> String? { string(name).flatMap { $0.isEmpty ? nil : $0 } }
}

extension AWSCaller {
  /// Sends a form and hands the answer's members to `decode`: for awsQuery those of `<Operation>Result`.
  func query<Answer>(
    _ service: AWSService, _ operation: String, of resource: String? = nil, safety: RetryPolicy.Safety = .read,
    _ fill: (inout QueryForm) -> Void, decode: (XMLNode) throws(MissingMember) -> Answer
  ) async throws(AWSError) -> Answer {
    var form = QueryForm(action: operation, version: service.apiVersion)
    fill(&form)
    let call = Call(service: service, operation: operation, resource: resource, safety: safety, body: form.bytes)
    let body = try await send(call)
    let root: XMLNode
    do { root = try XMLNode(parsing: body) } catch { throw call.malformed(error.description) }
    guard root.name == "\(operation)Response" else { throw call.malformed("it is a \(root.name)") }
    do { return try decode(root["\(operation)Result"] ?? root) } catch {
      throw call.malformed("\(error.name) is missing")
    }
  }

  /// Sends a JSON object and decodes the answer's.
  func json<Answer: Decodable>(
    _ service: AWSService, _ operation: String, of resource: String? = nil, safety: RetryPolicy.Safety = .read,
    _ input: some Encodable, as answer: Answer.Type
  ) async throws(AWSError) -> Answer {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    if service == .ssm { encoder.keyEncodingStrategy = MemberName.capitalized }
    let body: [UInt8]
    do { body = Array(try encoder.encode(input)) } catch {
      preconditionFailure("the inputs are plain structures of texts and numbers: \(error)")
    }
    let call = Call(service: service, operation: operation, resource: resource, safety: safety, body: body)
    let received = try await send(call)
    let decoder = JSONDecoder()
    if service == .ssm { decoder.keyDecodingStrategy = MemberName.uncapitalized }
    do { return try decoder.decode(Answer.self, from: Data(received)) } catch {
      throw call.malformed(String(describing: error))
    }
  }

  /// Asks page after page until there is no token more, or `isEnough`. A token that comes a second time, at whatever
  /// distance, ends it with an error, because the pages would never end. An item that comes a second time, because the
  /// list grew at its front between two pages or a page was answered twice, is told once.
  func pages<Item, ID: Hashable>(
    _ service: AWSService, _ operation: String, of resource: String? = nil, by identity: (Item) -> ID,
    isEnough: ([Item]) -> Bool = { _ in false },
    page: (String?) async throws(AWSError) -> (items: [Item], next: String?)
  ) async throws(AWSError) -> [Item] {
    var items: [Item] = []
    var told = Set<ID>()
    var token: String?
    var seen = Set<String>()
    while true {
      let answer = try await page(token)
      items += answer.items.filter { told.insert(identity($0)).inserted }
      guard let next = answer.next, !next.isEmpty, !isEnough(items) else { return items }
      guard seen.insert(next).inserted else {
        let call = Call(service: service, operation: operation, resource: resource, safety: .read, body: [])
        throw call.malformed("the same page token came twice")
      }
      token = next
    }
  }
}

extension Array {
  /// Consecutive parts of at most `size`; one empty part for an empty array.
  func parts(of size: Int) -> [[Element]] {
    guard count > size else { return [self] }
    return stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}

import FoundationEssentials
import HTTPTransport

/// One field of a URL's query.
typealias QueryItem = (name: String, value: String)

extension Engine {
  /// A request in the negotiated version. It gets a connection of its own unless it only reads, because libcurl repeats
  /// a request by itself on a kept-alive connection that turns out to be dead.
  func request(_ method: String, _ path: String, _ query: [QueryItem] = []) -> HTTPRequest {
    let fields = query.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }.joined(separator: "&")
    var request = endpoint.request(method, "/v\(apiVersion)\(path)" + (fields.isEmpty ? "" : "?\(fields)"))
    request.forceFreshConnection = method != "GET"
    return request
  }

  /// Sends a request and demands a success.
  ///
  /// - Throws: `EngineError.refused` for any status but 2xx and 304 (already so).
  @discardableResult
  func send(_ request: HTTPRequest, doing: String) async throws(EngineError) -> HTTPResponse {
    let response: HTTPResponse
    do {
      response = try await transport.send(request)
    } catch {
      throw EngineError(error, doing: doing, endpoint: endpoint)
    }
    guard (200..<300).contains(response.status) || response.status == 304 else {
      throw .refused(doing: doing, status: response.status, message: engineMessage(response.body))
    }
    return response
  }

  func get<Value: Decodable>(_ path: String, _ query: [QueryItem] = [], doing: String) async throws(EngineError)
    -> Value
  {
    try decodeJSON(try await send(request("GET", path, query), doing: doing).body, doing: doing)
  }

  /// Sends a value as JSON.
  func post(_ path: String, _ query: [QueryItem] = [], json: some Encodable, doing: String) async throws(EngineError)
    -> HTTPResponse
  {
    var request = request("POST", path, query)
    request.headers.append(HTTPHeader("Content-Type", "application/json"))
    request.body = .bytes(Array(try encodeJSON(json)))
    return try await send(request, doing: doing)
  }
}

/// The Engine's words for a refusal: `{"message": "…"}`, or plain text.
func engineMessage(_ body: [UInt8]) -> String {
  struct Refusal: Decodable { var message: String }
  if let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(body)) { return refusal.message }
  let text = String(decoding: body.prefix(2000), as: UTF8.self)
  return text.isEmpty ? "no reason given" : text
}

func decodeJSON<Value: Decodable>(_ body: [UInt8], doing: String) throws(EngineError) -> Value {
  do {
    return try JSONDecoder().decode(Value.self, from: Data(body))
  } catch {
    throw .unreadable(doing: doing, detail: String(describing: error))
  }
}

/// Everything but the unreserved characters of RFC 3986, 2.3, as `%XX`; `kept` stay too.
func percentEncoded(_ text: String, keeping kept: String = "") -> String {
  let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~\(kept)".utf8)
  var result = ""
  for byte in text.utf8 {
    if plain.contains(byte) {
      result.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
  }
  return result
}

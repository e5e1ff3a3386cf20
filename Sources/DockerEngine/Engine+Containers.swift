import FoundationEssentials
import HTTPTransport

extension Engine {
  /// Creates a container without starting it; returns its id.
  ///
  /// - Throws: `EngineError.refused`, with status 404 for an image that the Engine does not hold and 409 for a name
  ///   that is taken.
  public func createContainer(_ spec: ContainerSpec) async throws(EngineError) -> String {
    struct Created: Decodable {
      var id: String
      enum CodingKeys: String, CodingKey { case id = "Id" }
    }
    let doing = "Creating the container \(spec.name ?? "of \(spec.image)")"
    let query = spec.name.map { [("name", $0)] } ?? []
    let response = try await post("/containers/create", query, json: ContainerBody(spec), doing: doing)
    let created: Created = try decodeJSON(response.body, doing: doing)
    return created.id
  }

  /// Starts a container; one that runs already is no error.
  public func startContainer(_ id: String) async throws(EngineError) {
    try await send(request("POST", "/containers/\(percentEncoded(id))/start"), doing: "Starting the container \(id)")
  }

  /// - Parameter id: an id, the start of one, or a name.
  /// - Throws: `EngineError.refused` with status 404 where there is none.
  public func inspectContainer(_ id: String) async throws(EngineError) -> EngineContainer {
    let doing = "Looking at the container \(id)"
    let answer: ContainerAnswer = try await get("/containers/\(percentEncoded(id))/json", doing: doing)
    guard let container = answer.container else {
      throw .unreadable(doing: doing, detail: "unknown status \(answer.state.status)")
    }
    return container
  }

  /// The last lines of both outputs, in the order in which the container wrote them.
  ///
  /// - Parameter tail: how many lines at most.
  public func containerLogs(_ id: String, tail: Int) async throws(EngineError) -> String {
    let query = [("stdout", "1"), ("stderr", "1"), ("tail", String(tail))]
    let response = try await send(
      request("GET", "/containers/\(percentEncoded(id))/logs", query), doing: "Reading the logs of the container \(id)")
    return String(decoding: logPayload(response.body), as: UTF8.self)
  }

  /// Asks the container's process to end, and kills it after `timeout` (whole seconds, rounded up). One that has ended
  /// already is no error.
  public func stopContainer(_ id: String, timeout: Duration) async throws(EngineError) {
    let parts = timeout.components
    let seconds = parts.seconds + (parts.attoseconds > 0 ? 1 : 0)
    var request = request("POST", "/containers/\(percentEncoded(id))/stop", [("t", String(seconds))])
    request.timeout = .seconds(seconds + 60)
    try await send(request, doing: "Stopping the container \(id)")
  }

  /// Sends a signal to the container's process.
  public func killContainer(_ id: String, signal: String = "KILL") async throws(EngineError) {
    try await send(
      request("POST", "/containers/\(percentEncoded(id))/kill", [("signal", signal)]),
      doing: "Sending \(signal) to the container \(id)")
  }

  /// Removes a container with its anonymous volumes; `force` kills it first. One that is not there is no error.
  public func removeContainer(_ id: String, force: Bool = false) async throws(EngineError) {
    let query = [("force", String(force)), ("v", "true")]
    do {
      try await send(
        request("DELETE", "/containers/\(percentEncoded(id))", query), doing: "Removing the container \(id)")
    } catch .refused(_, 404, _) {
    }
  }

  /// The containers that carry all of `labels`, whether they run or not.
  public func listContainers(labels: [String: String] = [:]) async throws(EngineError) -> [ContainerSummary] {
    let wanted = ["label": labels.map { "\($0.key)=\($0.value)" }.sorted()]
    let filters = String(decoding: try encodeJSON(wanted), as: UTF8.self)
    let found: [SummaryAnswer] = try await get(
      "/containers/json", [("all", "true"), ("filters", filters)], doing: "Listing containers")
    return found.map(\.summary)
  }
}

/// The bytes of both outputs without their frames: each frame has 8 bytes before it, the stream's number, three zeros
/// and the length in big-endian order
/// (https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach).
/// A last frame that was cut counts as far as it goes.
func logPayload(_ bytes: [UInt8]) -> [UInt8] {
  var payload: [UInt8] = []
  var rest = bytes[...]
  while rest.count >= 8 {
    let length = rest.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | Int($1) }
    rest = rest.dropFirst(8)
    payload += rest.prefix(length)
    rest = rest.dropFirst(length)
  }
  return payload
}

import NIOCore
import NIOPosix
import Synchronization

/// A steady load of real requests against one address, counted exactly.
///
/// Each of its connections is kept alive and sends one request at a time. Nothing is repeated: a request that was sent
/// and not answered is a failed request, on a reused connection too, unless the server had announced its end.
public final class Traffic: Sendable {
  /// What to send, and how fast.
  public struct Load: Sendable {
    /// `127.0.0.1:<port>`.
    public var address: String
    public var path: String
    /// Requests a second over all connections, as long as answers come in time: a connection that waits sends no more.
    public var rate: Int
    public var connections: Int
    /// How long a request may take, connecting not included, and how long connecting may take.
    public var timeout: Duration

    public init(
      address: String, path: String = "/", rate: Int = 100, connections: Int = 8, timeout: Duration = .seconds(10)
    ) {
      self.address = address
      self.path = path
      self.rate = max(1, rate)
      self.connections = max(1, connections)
      self.timeout = timeout
    }
  }

  private let load: Load
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let state = Mutex(State())

  private struct State {
    var totals = TrafficTotals()
    var isStopping = false
    var workers: [Task<Void, Never>] = []
  }

  private init(load: Load) { self.load = load }

  /// Begins to send.
  ///
  /// - Throws: `SandboxError` when the address is none.
  public static func start(_ load: Load) throws(SandboxError) -> Traffic {
    guard let colon = load.address.lastIndex(of: ":"),
      let port = Int(load.address[load.address.index(after: colon)...]),
      let address = try? SocketAddress(ipAddress: String(load.address[..<colon]), port: port)
    else { throw SandboxError("sending traffic to \(load.address): it is no address and port") }
    let traffic = Traffic(load: load)
    let workers = (0..<load.connections).map { index in Task { await traffic.work(index, to: address) } }
    traffic.state.withLock { $0.workers = workers }
    return traffic
  }

  /// The totals so far.
  public func snapshot() -> TrafficTotals { state.withLock { $0.totals } }

  /// Begins no more requests, waits for those under way (no longer than the load's timeout), and returns the totals.
  public func stop() async -> TrafficTotals {
    let workers = state.withLock { state in
      state.isStopping = true
      return state.workers
    }
    for worker in workers { await worker.value }
    try? await group.shutdownGracefully()
    return snapshot()
  }

  private var isStopping: Bool { state.withLock { $0.isStopping } }

  /// One connection's share of the rate, offset so that the connections take turns.
  private func work(_ index: Int, to address: SocketAddress) async {
    let clock = ContinuousClock()
    let period = Duration.seconds(1) * load.connections / load.rate
    var due = clock.now + period * index / load.connections
    var connection: TrafficConnection?
    while true {
      try? await clock.sleep(until: due)
      if isStopping { break }
      let began = clock.now
      let result = await exchange(over: &connection, to: address)
      state.withLock { $0.totals.record(result, after: clock.now - began) }
      due = max(due + period, clock.now)
    }
    connection?.close()
  }

  /// Makes one request, on the connection that is there or on a new one.
  private func exchange(
    over connection: inout TrafficConnection?, to address: SocketAddress
  ) async -> Result<TrafficAnswer, TrafficFailure> {
    do throws(TrafficFailure) {
      if let open = connection, open.isOpen {
        do throws(TrafficFailure) {
          return .success(try await answer(over: open, keptIn: &connection))
        } catch .notSent {
          // It had closed while it was idle, and no byte of this request has left: nothing has failed yet.
        }
      }
      let new = try await TrafficConnection.open(to: address, host: load.address, within: load.timeout, on: group)
      return .success(try await answer(over: new, keptIn: &connection))
    } catch .notSent {
      return .failure(.closedBeforeAnswer)
    } catch {
      return .failure(error)
    }
  }

  private func answer(
    over current: TrafficConnection, keptIn connection: inout TrafficConnection?
  ) async throws(TrafficFailure) -> TrafficAnswer {
    connection = nil
    let answer = try await current.get(load.path, within: load.timeout)
    if !answer.isLast { connection = current }
    return answer
  }
}

import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix

/// One keep-alive connection of a load, with at most one request under way.
struct TrafficConnection: Sendable {
  private let channel: any Channel
  private let host: String

  /// - Throws: `TrafficFailure.couldNotConnect`.
  static func open(
    to address: SocketAddress, host: String, within limit: Duration, on group: MultiThreadedEventLoopGroup
  ) async throws(TrafficFailure) -> TrafficConnection {
    do {
      let channel = try await ClientBootstrap(group: group)
        .connectTimeout(TimeAmount(limit))
        .channelOption(.socketOption(.tcp_nodelay), value: 1)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(TrafficExchange())
          }
        }
        .connect(to: address).get()
      return TrafficConnection(channel: channel, host: host)
    } catch {
      throw .couldNotConnect
    }
  }

  var isOpen: Bool { channel.isActive }

  /// Sends `GET path` and waits for the whole answer.
  func get(_ path: String, within limit: Duration) async throws(TrafficFailure) -> TrafficAnswer {
    var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path)
    head.headers.add(name: "Host", value: host)
    head.headers.add(name: "User-Agent", value: "wanzami-traffic")
    let promise = channel.eventLoop.makePromise(of: TrafficAnswer.self)
    channel.writeAndFlush(TrafficRequest(head: head, limit: limit, answer: promise))
      .whenFailure { _ in promise.fail(TrafficFailure.notSent) }
    do {
      return try await promise.futureResult.get()
    } catch {
      throw error as? TrafficFailure ?? .closedBeforeAnswer
    }
  }

  func close() { channel.close(promise: nil) }
}

/// A request with what becomes of it.
private struct TrafficRequest: Sendable {
  var head: HTTPRequestHead
  var limit: Duration
  var answer: EventLoopPromise<TrafficAnswer>
}

/// Pairs the answers of one connection with its requests. Every promise that it is given is kept.
private final class TrafficExchange: ChannelDuplexHandler {
  typealias OutboundIn = TrafficRequest
  typealias OutboundOut = HTTPClientRequestPart
  typealias InboundIn = HTTPClientResponsePart

  private struct UnderWay {
    var answer: EventLoopPromise<TrafficAnswer>
    var timer: Scheduled<Void>
    var head: HTTPResponseHead?
    var body = ByteBuffer()
  }

  private var underWay: UnderWay?

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let request = unwrapOutboundIn(data)
    guard context.channel.isActive, underWay == nil else {
      request.answer.fail(TrafficFailure.notSent)
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let timer = context.eventLoop.scheduleTask(in: TimeAmount(request.limit)) {
      let (exchange, context) = bound.value
      exchange.end(.failure(.tooLate), context: context)
    }
    underWay = UnderWay(answer: request.answer, timer: timer)
    // Once bytes may have left, a failed write is a broken connection, and `channelInactive` tells so.
    context.write(wrapOutboundOut(.head(request.head)), promise: nil)
    context.write(wrapOutboundOut(.end(nil)), promise: nil)
    promise?.succeed()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      underWay?.head = head
    case .body(var part):
      underWay?.body.writeBuffer(&part)
    case .end:
      guard let head = underWay?.head else { return }
      let body = underWay?.body.readableBytesView ?? ByteBufferView()
      end(
        .success(
          TrafficAnswer(
            status: Int(head.status.code), version: version(in: Data(body)), isLast: !head.isKeepAlive)),
        context: context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(.failure(error is HTTPParserError ? .malformed : brokenOff), context: context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(.failure(brokenOff), context: context)
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end(.failure(brokenOff), context: context)
  }

  private var brokenOff: TrafficFailure { underWay?.head == nil ? .closedBeforeAnswer : .closedWithinAnswer }

  private func end(_ result: Result<TrafficAnswer, TrafficFailure>, context: ChannelHandlerContext) {
    guard let request = underWay else { return }
    underWay = nil
    request.timer.cancel()
    switch result {
    case .success(let answer):
      if answer.isLast { context.close(promise: nil) }
      request.answer.succeed(answer)
    case .failure(let failure):
      context.close(promise: nil)
      request.answer.fail(failure)
    }
  }
}

private struct VersionedBody: Decodable {
  var version: String?
}

private func version(in body: Data) -> String? {
  (try? JSONDecoder().decode(VersionedBody.self, from: body))?.version
}

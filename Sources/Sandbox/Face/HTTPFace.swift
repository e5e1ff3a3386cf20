import AWSWire
import Glibc
import NIOCore
import NIOHTTP1

/// One HTTP/1 connection: gathers a request, has it answered, writes the answer, and keeps the connection when asked to.
///
/// The pipelining handler before it lets through one request at a time.
final class HTTPFace: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let plane: ControlPlane
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var isTooLong = false

  init(plane: ControlPlane) { self.plane = plane }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
      isTooLong = false
      if head.headers["Expect"].contains(where: { $0.lowercased() == "100-continue" }) {
        context.writeAndFlush(
          wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
      }
    case .body(let part):
      if body.count + part.readableBytes > SandboxServer.bodyBytesMax {
        isTooLong = true
        body = []
      } else if !isTooLong {
        body.append(contentsOf: part.readableBytesView)
      }
    case .end: answer(context)
    }
  }

  private func answer(_ context: ChannelHandlerContext) {
    guard let head else { return }
    self.head = nil
    if isTooLong {
      let text = Array("The request's body is over \(SandboxServer.bodyBytesMax) bytes\n".utf8)
      write(FaceAnswer(status: 413, headers: [HeaderField("Content-Type", "text/plain")], body: text), head, context)
      return
    }
    let request = WireRequest(
      method: head.method.rawValue, target: head.uri, headers: head.headers.map { HeaderField($0.name, $0.value) },
      body: body)
    body = []
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let loop = context.eventLoop
    Task { [plane] in
      let answer = await plane.answer(request)
      loop.execute {
        let (face, context) = bound.value
        face.write(answer, head, context)
      }
    }
  }

  private func write(_ answer: FaceAnswer, _ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    if case .reset = answer.delivery { return reset(context) }
    var head = HTTPResponseHead(version: request.version, status: HTTPResponseStatus(statusCode: answer.status))
    for field in answer.headers { head.headers.add(name: field.name, value: field.value) }
    head.headers.add(name: "Content-Length", value: String(answer.body.count))
    head.headers.add(name: "Date", value: Timestamp(milliseconds: WallClock.now.milliseconds).httpDate)
    let keepsAlive = request.isKeepAlive && answer.status != 413
    if !keepsAlive { head.headers.add(name: "Connection", value: "close") }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    switch answer.delivery {
    case .inPieces:
      return writePieces(answer.body[...], of: max(8, answer.body.count / 20), keepsAlive, context)
    case .half:
      let half = ByteBuffer(bytes: answer.body.prefix(answer.body.count / 2))
      closing(context, after: context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(half)))))
    case .whole, .reset:
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
      let done = context.writeAndFlush(wrapOutboundOut(.end(nil)))
      if !keepsAlive { closing(context, after: done) }
    }
  }

  /// Answers in some twenty pieces, each a moment after the one before it.
  private func writePieces(
    _ rest: ArraySlice<UInt8>, of size: Int, _ keepsAlive: Bool, _ context: ChannelHandlerContext
  ) {
    guard context.channel.isActive else { return }
    guard !rest.isEmpty else {
      let done = context.writeAndFlush(wrapOutboundOut(.end(nil)))
      if !keepsAlive { closing(context, after: done) }
      return
    }
    context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: rest.prefix(size))))), promise: nil)
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: .milliseconds(20)) {
      let (face, context) = bound.value
      face.writePieces(rest.dropFirst(size), of: size, keepsAlive, context)
    }
  }

  private func closing(_ context: ChannelHandlerContext, after done: EventLoopFuture<Void>) {
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    done.whenComplete { _ in bound.value.close(promise: nil) }
  }

  /// A close that does not linger is a reset (socket(7), SO_LINGER).
  private func reset(_ context: ChannelHandlerContext) {
    let linger = linger(l_onoff: 1, l_linger: 0)
    guard let socket = context.channel as? any SocketOptionProvider else { return context.close(promise: nil) }
    closing(context, after: socket.setSoLinger(linger))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

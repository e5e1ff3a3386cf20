internal import CCurl
import Glibc
import Synchronization

/// One curl multi handle, driven by a thread of its own from the first request until `close`.
///
/// Other threads only put commands into the inbox and wake the thread (https://curl.se/libcurl/c/curl_multi_wakeup.html
/// is the one call of the multi interface that they may make).
final class TransferLoop: @unchecked Sendable {
  private enum Command {
    case start(Transfer)
    case abandon(Transfer)
    case resumeReceiving(Transfer)
    case resumeSending(Transfer)
  }

  private struct Inbox {
    var commands: [Command] = []
    var isRunning = false
    var isClosed = false
  }

  private let multi: UnsafeMutableRawPointer?
  private let inbox = Mutex(Inbox())
  /// Touched by the loop's thread alone: each running transfer by its handle.
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]

  init() {
    multi = curlIsReady ? curl_multi_init() : nil
    // Kept-alive connections that wait for their next request.
    if let multi { _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 32) }
  }

  deinit {
    // The thread keeps the loop alive, so it has ended, or never began.
    if let multi { curl_multi_cleanup(multi) }
  }

  /// Runs the request; its exchange is told everything that follows.
  func start(_ exchange: Exchange) {
    do {
      let transfer = try Transfer(exchange: exchange)
      exchange.attach(
        resume: { [self] in post(.resumeReceiving(transfer)) }, abandon: { [self] in post(.abandon(transfer)) })
      if case .stream(let upload) = exchange.request.body {
        upload.attach(wake: { [self] in post(.resumeSending(transfer)) })
      }
      if !post(.start(transfer)) {
        refuse(transfer, "the transport is closed")
      }
    } catch {
      exchange.failed(error)
      if case .stream(let upload) = exchange.request.body { upload.close(reason: error.description) }
    }
  }

  /// Ends every transfer with `cancelled`, then the thread.
  func close() {
    inbox.withLock { inbox in
      inbox.isClosed = true
      if inbox.isRunning, let multi { _ = curl_multi_wakeup(multi) }
    }
  }

  @discardableResult
  private func post(_ command: Command) -> Bool {
    inbox.withLock { inbox in
      guard !inbox.isClosed, let multi else { return false }
      if !inbox.isRunning {
        guard spawn() else { return false }
        inbox.isRunning = true
      }
      inbox.commands.append(command)
      _ = curl_multi_wakeup(multi)
      return true
    }
  }

  private func refuse(_ transfer: Transfer, _ reason: String) {
    let error = transfer.exchange.error(.cancelled, reason, mayHaveBeenSent: false)
    transfer.exchange.failed(error)
    transfer.closeUpload(error.description)
  }

  // MARK: The thread

  private func spawn() -> Bool {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    guard pthread_create(&thread, nil, loopMain, context.toOpaque()) == 0 else {
      context.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  func run() {
    guard let multi else { return }
    while true {
      let (commands, isClosed) = inbox.withLock { inbox in
        defer { inbox.commands = [] }
        return (inbox.commands, inbox.isClosed)
      }
      for command in commands { apply(command, multi) }
      if isClosed { return stopAll(multi) }
      var active: Int32 = 0
      _ = curl_multi_perform(multi, &active)
      reapFinished(multi)
      // An hour is as good as forever: curl's own timers and every command end the wait.
      _ = curl_multi_poll(multi, nil, 0, 3_600_000, nil)
    }
  }

  private func apply(_ command: Command, _ multi: UnsafeMutableRawPointer) {
    switch command {
    case .start(let transfer):
      running[transfer.easy] = transfer
      let code = curl_multi_add_handle(multi, transfer.easy)
      if code != CURLM_OK {
        running[transfer.easy] = nil
        refuse(transfer, String(cString: curl_multi_strerror(code)))
      }
    case .abandon(let transfer):
      guard running.removeValue(forKey: transfer.easy) != nil else { return }
      _ = curl_multi_remove_handle(multi, transfer.easy)
      transfer.closeUpload("the request was cancelled")
    case .resumeReceiving(let transfer):
      if running[transfer.easy] != nil { transfer.resumeReceiving() }
    case .resumeSending(let transfer):
      if running[transfer.easy] != nil { transfer.resumeSending() }
    }
  }

  private func reapFinished(_ multi: UnsafeMutableRawPointer) {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
      let code = ccurl_message_result(message)
      guard let transfer = running.removeValue(forKey: easy) else { continue }
      transfer.finished(with: code)
      _ = curl_multi_remove_handle(multi, easy)
    }
  }

  private func stopAll(_ multi: UnsafeMutableRawPointer) {
    for transfer in running.values {
      _ = curl_multi_remove_handle(multi, transfer.easy)
      refuse(transfer, "the transport was closed")
    }
    running = [:]
  }
}

/// https://curl.se/libcurl/c/curl_global_init.html: once, before anything else of curl.
private let curlIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

private func loopMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue().run()
  return nil
}

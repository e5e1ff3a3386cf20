import AWSClient
import FoundationEssentials
import HTTPTransport
import ReleaseCore

/// Tells people how a run ended: a Slack-compatible webhook, or an SNS topic.
struct LiveNotices: Sendable {
  let environment: ProcessEnvironment
  let transport: HTTPTransport

  func send(_ notice: Notice, to channel: NoticeChannel) async throws(ActionFailure) {
    let notice = NoticeText(notice, job: CIJob.url(environment))
    switch channel {
    case .webhook(let variable): try await post(notice, variable: variable)
    case .topic(let arn): try await publish(notice, to: arn)
    }
  }

  // MARK: Webhook

  /// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
  private func post(_ notice: NoticeText, variable: String) async throws(ActionFailure) {
    let doing = "telling the webhook of \(variable)"
    guard let url = environment[variable] else {
      throw ActionFailure(.other, "\(doing) failed: the variable \(variable) is not set; it holds the webhook's URL")
    }
    guard LiveNotices.isFit(url) else {
      throw ActionFailure(.other, "\(doing) failed: \(variable) holds no https:// URL")
    }
    let request = HTTPRequest(
      method: "POST", url: url, headers: [HTTPHeader("Content-Type", "application/json; charset=utf-8")],
      body: .bytes(notice.slackMessage), bodyBytesMax: 1 << 16,
      tls: TLSOptions(caBundle: environment["AWS_CA_BUNDLE"]), forceFreshConnection: true)
    let response: HTTPResponse
    do throws(HTTPTransportError) {
      response = try await transport.send(request)
    } catch {
      // The request line holds the URL, which is a secret.
      let detail = error.detail.replacing(url, with: variable)
      throw ActionFailure(.other, "\(doing) failed: \(error.kind.rawValue): \(detail)")
    }
    guard !(200..<300).contains(response.status) else { return }
    let words = Printable.clean(response.text.prefix(200)).replacing(url, with: variable)
    throw ActionFailure(.other, "\(doing) failed: HTTP \(response.status): \(words)")
  }

  /// Plain http only on this machine: the URL is a secret.
  static func isFit(_ url: String) -> Bool {
    let scalars = url.unicodeScalars
    guard scalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F }) else { return false }
    return url.hasPrefix("https://") || url.hasPrefix("http://127.0.0.1:") || url.hasPrefix("http://localhost:")
  }

  // MARK: Topic

  private func publish(_ notice: NoticeText, to topic: String) async throws(ActionFailure) {
    // A topic is told in its own region.
    let region = topic.split(separator: ":", omittingEmptySubsequences: false).dropFirst(3).first.map(String.init)
    let outside = AWSEnvironment.live(environment)
    do {
      let settings = try AWSSettings(environment: outside, region: region)
      let client = AWSClient(settings: settings, environment: outside, transport: transport)
      _ = try await client.sns.publish(notice.body, subject: notice.subject, to: topic)
    } catch let error as AWSError {
      throw ActionFailure(.other, "telling topic \(topic) failed: \(error.description)")
    } catch {
      throw ActionFailure(.other, "telling topic \(topic) failed: \(error)")
    }
  }
}

/// A notice in words, for each kind of reader.
struct NoticeText: Equatable, Sendable {
  private let notice: Notice
  private let job: String?

  /// - Parameter job: the page of the CI job, where there is one.
  init(_ notice: Notice, job: String?) {
    self.notice = notice
    self.job = job
  }

  private var facts: [(String, String)] {
    notice.facts.map { ($0.name, $0.value) } + (job.map { [("job", $0)] } ?? [])
  }

  /// The text that Slack and its likes take: `&`, `<` and `>` are theirs.
  /// https://docs.slack.dev/messaging/formatting-message-text#escaping
  var slackMessage: [UInt8] {
    let lines =
      ["\(symbol) *\(escaped(notice.title))*", escaped(notice.text)] + facts.map { "• \($0.0): \(escaped($0.1))" }
    return Array(JSONLine.encode([.text("text", lines.joined(separator: "\n"))]).utf8)
  }

  private var symbol: String {
    switch notice.level {
    case .info: ":white_check_mark:"
    case .warning: ":warning:"
    case .error: ":x:"
    }
  }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }

  /// At most 100 printable ASCII characters.
  var subject: String {
    let ascii = notice.title.unicodeScalars.map { (0x20..<0x7F).contains($0.value) ? Character($0) : "?" }
    return String(ascii.prefix(SNS.subjectMax))
  }

  var body: String {
    let lines = [notice.title, "", notice.text, ""] + facts.map { "\($0.0): \($0.1)" }
    var text = lines.joined(separator: "\n")
    while text.utf8.count > SNS.messageBytesMax { text = String(text.dropLast(max(1, text.count / 10))) }
    return text
  }
}

/// The CI job that the program runs in.
enum CIJob {
  /// Its page, as GitHub or GitLab name it; `nil`: it is none that we know.
  /// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
  /// https://docs.gitlab.com/ci/variables/predefined_variables/
  static func url(_ environment: ProcessEnvironment) -> String? {
    if let server = environment["GITHUB_SERVER_URL"], let repository = environment["GITHUB_REPOSITORY"],
      let run = environment["GITHUB_RUN_ID"]
    {
      return "\(server)/\(repository)/actions/runs/\(run)"
    }
    return environment["CI_JOB_URL"]
  }
}

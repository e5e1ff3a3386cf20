import HTTPTransport

/// Performs health checks as a load balancer does: one GET on a connection of its own, redirects not followed.
///
/// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
struct TargetProbe: Sendable {
  private let transport: HTTPTransport
  private static let bodyBytesMax = 1 << 20

  init(transport: HTTPTransport) { self.transport = transport }

  func check(_ probe: HealthProbe) async -> HealthProbeResult {
    let request = HTTPRequest(
      url: "http://\(probe.address):\(probe.port)\(probe.path)",
      headers: [HTTPHeader("User-Agent", "ELB-HealthChecker/2.0"), HTTPHeader("Connection", "close")],
      connectTimeout: probe.timeout, timeout: probe.timeout, proxy: .never, forceFreshConnection: true)
    do throws(HTTPTransportError) {
      let response = try await transport.open(request)
      do throws(HTTPTransportError) {
        _ = try await response.collect(upTo: TargetProbe.bodyBytesMax)
      } catch {
        guard error.kind == .bodyTooLarge else { throw error }
      }
      return .status(response.status)
    } catch {
      switch error.kind {
      case .timedOut, .cancelled: return .timeout
      case .couldNotResolve, .couldNotConnect, .tls, .cut, .bodyTooLarge, .uploadFailed, .other: return .refused
      }
    }
  }
}

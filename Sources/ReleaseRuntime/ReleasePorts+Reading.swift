public import ReleaseCore

extension ReleasePorts {
  /// Performs a read, and nothing else: an effect traps, for whoever calls this must not have one.
  public func answer(toRead action: Action) async -> Event? {
    do throws(ActionFailure) {
      switch action {
      case .resolve(let revision): return .resolved(try await resolve(revision))
      case .survey: return .surveyed(try await survey())
      case .compare(let commit, let other): return .compared(try await compare(commit, other))
      case .checkRollbackTarget(let version): return .rollbackTargetChecked(try await checkRollbackTarget(version))
      case .checkImage(let order): return .imageChecked(try await checkImage(order))
      case .findImage(let order): return .imageFound(try await findImage(order))
      case .checkScan(let order): return .scanned(try await checkScan(order))
      default: preconditionFailure("a plan performs reads only")
      }
    } catch {
      return action.failedAction.map { .failed($0, error) }
    }
  }
}

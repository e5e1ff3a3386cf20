import AWSWire
import DockerEngine
import ReleaseCore

extension LiveImage {
  /// How often a push is sent, the first time included, when the registry was away for a moment.
  static let pushAttempts = 3
  /// Before the second time; twice as long before the third.
  static let pushPause = Duration.seconds(2)

  /// Pushes the image under the tag of its content, or without a key under its commit's, and gives the digest that the
  /// registry itself confirms.
  ///
  /// A tag that is taken is never moved: another's image of the same content is as good as ours, and a rebuilt one gets
  /// the tag's next generation.
  func push(_ order: PushOrder) async throws(ActionFailure) -> ReleaseCore.Digest {
    let own = try repository.reference(order.reference)
    let name = order.key?.tag(hash: sha256Hex) ?? own.tag ?? order.commit.hex
    do {
      let engine = try await engine()
      let holders = try await repository.holders(of: [name], in: own.name)
      if let holder = holders.newest(of: name), !order.isRebuild {
        // Another's image of the same content, pushed since we looked; without a key only our own from an earlier try.
        if order.key != nil { return holder.digest }
        if try await isOwn(holder.digest, order, engine) { return holder.digest }
      }
      guard let tag = holders.free(of: name) else {
        throw ActionFailure(
          .refused,
          "\(own.name):\(name) has \(TagGeneration.count) images already. Delete those that are no longer needed (wanzami-deploy "
            + "prune).")
      }
      return try await push(order, as: tag, own, engine)
    } catch let error as EngineError {
      throw ActionFailure(.other, error.description)
    } catch let error as ActionFailure {
      throw error
    } catch {
      throw ActionFailure(.other, "pushing \(order.reference): \(error)")
    }
  }

  private func push(
    _ order: PushOrder, as tag: String, _ own: DockerEngine.ImageReference, _ engine: Engine
  ) async throws -> ReleaseCore.Digest {
    var target = own
    target.tag = tag
    let lines = EngineLines(.push, tell: tell)
    do {
      try await engine.tag(order.image, as: target)
      let pushed = try await push(target, engine, lines)
      return try await repository.confirm(pushed, tag: tag, in: own.name)
    } catch EngineError.registry(_, _, .tagImmutable, let message) {
      // Somebody was faster by the length of a push.
      guard order.key != nil, let holder = try await repository.holders(of: [tag], in: own.name).digests[tag] else {
        throw ActionFailure(.refused, "pushing \(target): \(message). Release another commit, or delete the tag.")
      }
      return holder
    }
  }

  /// Whether a digest is what the Engine knows an image by, from an earlier push.
  private func isOwn(_ digest: ReleaseCore.Digest, _ order: PushOrder, _ engine: Engine) async throws -> Bool {
    let image = try await engine.inspectImage(order.image)
    return image.repositoryDigests.contains { $0.hasSuffix("@\(digest)") }
  }

  /// A push that stops for a token that has expired, or for a registry that was away, goes on with what is there: the
  /// Engine sends no layer twice.
  private func push(
    _ reference: DockerEngine.ImageReference, _ engine: Engine, _ lines: EngineLines
  ) async throws -> String? {
    var isFresh = false
    var attempt = 1
    while true {
      let credentials = try await registry.credentials(for: reference, isFresh: isFresh)
      do throws(EngineError) {
        return try await engine.push(reference, credentials: credentials) { lines.take($0) }
      } catch {
        guard case .registry(_, _, let kind, let message) = error else { throw error }
        if kind == .unauthorized || kind == .noCredentials, registry.isECR, !isFresh {
          isFresh = true
          tell(.warning("pushing \(reference): \(message); signing in again"))
        } else if kind.isPassing, attempt < LiveImage.pushAttempts {
          let pause = LiveImage.pushPause * (1 << (attempt - 1))
          tell(.warning("pushing \(reference): \(message); trying again in \(pause.wholeSecondsRoundedUp) s"))
          await clock.sleep(pause)
          attempt += 1
        } else {
          throw error
        }
      }
    }
  }
}

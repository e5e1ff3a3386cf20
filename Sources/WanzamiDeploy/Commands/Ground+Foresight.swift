import GitRepository
import ReleaseCore
import ReleaseRuntime

extension Ground {
  /// Answers the reads of a release and performs none of its effects.
  func foresee(_ options: ReleaseOptions, clock: RunClock) async throws -> Foresight {
    let ports = ports(telling: { _ in })
    var generator = SystemRandomNumberGenerator()
    let id = RunID(at: clock.now(), randomness: (generator.next(), 0))
    var foresight = Foresight(options, id: id, actor: environment.actor, pipeline: pipeline)
    var reads = foresight.begin(at: clock.now())
    while !reads.isEmpty {
      let answers = await withTaskGroup(of: (Int, Event?).self) { tasks in
        for (index, read) in reads.enumerated() { tasks.addTask { (index, await ports.answer(toRead: read)) } }
        var answers: [(Int, Event?)] = []
        for await answer in tasks { answers.append(answer) }
        return answers.sorted { $0.0 < $1.0 }.compactMap(\.1)
      }
      reads = []
      for answer in answers { reads += foresight.handle(answer, at: clock.now()) }
    }
    return foresight
  }

  /// The commits that a plan brings to what is live.
  func changes(of plan: ReleasePlan) async -> Changes {
    guard let live = plan.live, live.commit != plan.commit.commit else { return .none }
    do throws(GitError) {
      let repository = try await GitRepository.open(pipeline.source.repository)
      let (from, to) = (live.commit.hex, plan.commit.commit.hex)
      let all = try await repository.commits(from: from, to: to, touching: "", atMost: Changes.max + 1)
      let touching = try await repository.commits(
        from: from, to: to, touching: pipeline.image.context, atMost: Changes.max + 1)
      return .commits(all: all, touching: touching)
    } catch {
      return .unknown(error.description)
    }
  }
}

/// What lies between the commit that is live and the one to release.
enum Changes: Sendable {
  /// The live commit is not known, or is the same.
  case none
  /// Newest first, at most ``max`` and one more each.
  case commits(all: [CommitSummary], touching: [CommitSummary])
  case unknown(String)

  /// How many are counted.
  static let max = 500
}

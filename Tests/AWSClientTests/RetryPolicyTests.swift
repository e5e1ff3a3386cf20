import Testing

@testable import AWSClient

@Suite("The retry policy")
struct RetryPolicyTests {
  private func decide(
    _ failure: RetryPolicy.Failure, _ safety: RetryPolicy.Safety, attempt: Int = 1, random: Double = 1,
    of attempts: Int = 4
  ) -> RetryPolicy.Decision {
    var quota = RetryQuota()
    return RetryPolicy(maxAttempts: attempts)
      .decide(failure, safety: safety, attempt: attempt, quota: &quota, random: random)
  }

  @Test("what surely did nothing is repeated for all; what may have done something only where twice is once")
  func safety() {
    for safety in [RetryPolicy.Safety.read, .repeatable, .once] {
      for failure in [RetryPolicy.Failure.throttled(), .busy, .notSent] {
        #expect(decide(failure, safety) != .giveUp)
      }
      #expect(decide(.final, safety) == .giveUp)
    }
    #expect(decide(.unsettled(), .read) != .giveUp)
    #expect(decide(.unsettled(), .repeatable) != .giveUp)
    #expect(decide(.unsettled(), .once) == .giveUp)
  }

  @Test("waits double from 50 ms, from a second after throttling, never beyond 20 s")
  func waits() {
    let transient = (1...3).map { decide(.unsettled(), .read, attempt: $0) }
    #expect(transient == [.wait(.milliseconds(50)), .wait(.milliseconds(100)), .wait(.milliseconds(200))])
    let throttled = (1...3).map { decide(.throttled(), .read, attempt: $0) }
    #expect(throttled == [.wait(.seconds(1)), .wait(.seconds(2)), .wait(.seconds(4))])
    #expect(decide(.throttled(), .read, attempt: 1, random: 0.25) == .wait(.milliseconds(250)))
    #expect(decide(.throttled(), .read, attempt: 60, of: 100) == .wait(.seconds(20)))
  }

  @Test("the server's wish counts, up to five seconds more than our own wait")
  func hint() {
    #expect(decide(.throttled(after: .seconds(3)), .read) == .wait(.seconds(3)))
    #expect(decide(.throttled(after: .seconds(60)), .read) == .wait(.seconds(6)))
    #expect(decide(.throttled(after: .milliseconds(1)), .read) == .wait(.seconds(1)))
  }

  @Test("the attempts are counted with the first")
  func attempts() {
    #expect(decide(.notSent, .read, attempt: 3, of: 3) == .giveUp)
    #expect(decide(.notSent, .read, attempt: 1, of: 1) == .giveUp)
    #expect(RetryPolicy(maxAttempts: 0).maxAttempts == 1)
  }

  @Test("an empty quota ends retries, and successes fill it again")
  func quota() {
    var quota = RetryQuota()
    let policy = RetryPolicy(maxAttempts: 1000)
    var retries = 0
    while policy.decide(.unsettled(), safety: .read, attempt: 1, quota: &quota, random: 0) != .giveUp { retries += 1 }
    #expect(retries == 35)
    #expect(quota.tokens == 500 - 35 * 14)
    // Ten tokens are left: enough for two throttled retries.
    #expect(policy.decide(.throttled(), safety: .read, attempt: 1, quota: &quota, random: 0) != .giveUp)
    quota.refund(14)
    #expect(policy.decide(.unsettled(), safety: .read, attempt: 1, quota: &quota, random: 0) != .giveUp)
    for _ in 0..<1000 { quota.refund(nil) }
    #expect(quota.tokens == 500)
  }
}

import ECGWire
import Synchronization

/// Where connections leave questions for the daemon, and wait for the answers.
///
/// The feed's thread takes the questions to the control socket and brings the answers; it waits
/// for nobody here.
final class ControlDesk: Sendable {
  /// Why there is no answer.
  enum Failure: Error, Equatable, Sendable {
    /// The daemon does not answer.
    case noDaemon
    /// Too many questions wait already.
    case busy
  }

  typealias Answer = Result<[UInt8], Failure>

  private struct Question {
    var id: String
    var bytes: [UInt8]
    var deadlineNs: UInt64
    var asker: CheckedContinuation<Answer, Never>
  }

  private struct State {
    var next = 0
    var unsent: [Question] = []
    /// In the order in which they were sent.
    var sent: [Question] = []
  }

  private let state = Mutex(State())
  static let maximumQuestions = 64
  static let patienceNs: UInt64 = 4_000_000_000

  /// Asks the daemon; its reply as it came.
  func ask(_ request: ControlRequest) async -> Answer {
    await withCheckedContinuation { asker in
      let isTaken = state.withLock { state in
        guard state.unsent.count + state.sent.count < Self.maximumQuestions else { return false }
        state.next += 1
        var request = request
        let id = "desk-\(state.next)"
        request.id = id
        state.unsent.append(
          Question(
            id: id, bytes: request.encoded(), deadlineNs: Clock.monotonicNs() + Self.patienceNs,
            asker: asker))
        return true
      }
      if !isTaken { asker.resume(returning: .failure(.busy)) }
    }
  }

  // MARK: The feed's side

  /// The next question to send, which counts as sent.
  func takeUnsent() -> [UInt8]? {
    state.withLock { state in
      guard !state.unsent.isEmpty else { return nil }
      let question = state.unsent.removeFirst()
      state.sent.append(question)
      return question.bytes
    }
  }

  /// Gives an answer to who asked for it. The daemon refuses some requests without repeating their
  /// `id`, and at once: such an answer belongs to the question that waits longest.
  func bring(_ answer: [UInt8], id: String?) {
    let question: Question? = state.withLock { state in
      let place = id.map { id in state.sent.firstIndex { $0.id == id } } ?? state.sent.indices.first
      return place.map { state.sent.remove(at: $0) }
    }
    question?.asker.resume(returning: .success(answer))
  }

  /// Answers those who have waited too long; all of them with `everybody`.
  func giveUp(nowNs: UInt64, everybody: Bool = false) {
    let late: [Question] = state.withLock { state in
      let isLate = { (question: Question) in everybody || question.deadlineNs <= nowNs }
      let late = state.unsent.filter(isLate) + state.sent.filter(isLate)
      state.unsent.removeAll(where: isLate)
      state.sent.removeAll(where: isLate)
      return late
    }
    for question in late { question.asker.resume(returning: .failure(.noDaemon)) }
  }
}

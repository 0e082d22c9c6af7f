import Synchronization

/// What waits to be sent to one browser: filled by the feed, emptied as fast as its connection
/// takes it.
///
/// A browser that does not keep up is let go instead of being shown an old ward: it connects again
/// and begins with what is true by then. Nobody else waits for it.
final class Mailbox: Sendable {
  enum Letter: Equatable, Sendable {
    case text(String)
    case binary([UInt8])

    var byteCount: Int {
      switch self {
      case .text(let text): text.utf8.count
      case .binary(let bytes): bytes.count
      }
    }
  }

  /// How a mailbox was closed; told to the browser as the code of a WebSocket's end.
  enum Closing: UInt16, Equatable, Sendable {
    case away = 1001
    case tooSlow = 4008
  }

  private struct State {
    var letters: [Letter] = []
    var byteCount = 0
    var closing: Closing?
    var waiter: CheckedContinuation<Letter?, Never>?
  }

  private let state = Mutex(State())
  private let limitBytes: Int

  /// Some ten seconds of a whole ward.
  static let defaultLimitBytes = 2 << 20

  init(limitBytes: Int = defaultLimitBytes) { self.limitBytes = limitBytes }

  /// Adds a letter, or closes the mailbox where it is full; false once it is closed. Never waits.
  func put(_ letter: Letter) -> Bool {
    let (isOpen, waiter): (Bool, CheckedContinuation<Letter?, Never>?) = state.withLock { state in
      guard state.closing == nil else { return (false, nil) }
      if let waiter = state.waiter.take() { return (true, waiter) }
      guard state.byteCount + letter.byteCount <= limitBytes else {
        state.closing = .tooSlow
        state.letters = []
        return (false, nil)
      }
      state.letters.append(letter)
      state.byteCount += letter.byteCount
      return (true, nil)
    }
    waiter?.resume(returning: letter)
    return isOpen
  }

  /// The next letter, as soon as there is one; nil once the mailbox is closed. One caller at a time.
  func next() async -> Letter? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready: Letter?? = state.withLock { state in
          if state.closing != nil { return .some(nil) }
          if state.letters.isEmpty {
            state.waiter = continuation
            return nil
          }
          let letter = state.letters.removeFirst()
          state.byteCount -= letter.byteCount
          return .some(letter)
        }
        if let ready { continuation.resume(returning: ready) }
      }
    } onCancel: {
      close(.away)
    }
  }

  func close(_ closing: Closing) {
    let waiter = state.withLock { state in
      state.closing = state.closing ?? closing
      return state.waiter.take()
    }
    waiter?.resume(returning: nil)
  }

  var closing: Closing? { state.withLock { $0.closing } }

  /// Bytes that wait.
  var byteCount: Int { state.withLock { $0.byteCount } }
}

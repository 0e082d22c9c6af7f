import FlyingFox
import Foundation

/// One browser's WebSocket: sends what comes into its mailbox, as fast as the connection takes it.
///
/// Frames are pulled one by one, each when the one before has gone out, so that a slow browser's
/// letters wait in its mailbox, whose size is limited, and nowhere else. What the browser says is
/// not looked at, but for its leaving.
struct LiveSocket: WSHandler {
  let hub: Hub

  func makeFrames(
    for client: AsyncThrowingStream<WSFrame, any Error>
  ) async throws -> AsyncStream<WSFrame> {
    let (id, mailbox) = hub.join()
    let listener = Task {
      do {
        for try await frame in client where frame.opcode == .close { break }
      } catch {}
      mailbox.close(.away)
    }
    let ending = Ending { [hub] in
      hub.leave(id)
      listener.cancel()
    }
    return AsyncStream {
      switch await mailbox.next() {
      case .text(let text):
        return WSFrame(fin: true, opcode: .text, mask: nil, payload: Data(text.utf8))
      case .binary(let bytes):
        return WSFrame(fin: true, opcode: .binary, mask: nil, payload: Data(bytes))
      case nil:
        return ending.frame(mailbox.closing ?? .away)
      }
    } onCancel: {
      mailbox.close(.away)
    }
  }
}

/// Sends one closing frame, and runs `onEnd` when the stream that holds it is let go.
private final class Ending: @unchecked Sendable {
  private let onEnd: @Sendable () -> Void
  // Touched by the stream's one consumer only.
  private var isSent = false

  init(onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }

  func frame(_ closing: Mailbox.Closing) -> WSFrame? {
    guard !isSent else { return nil }
    isSent = true
    return .close(code: WSCloseCode(closing.rawValue, reason: ""))
  }

  deinit { onEnd() }
}

import ECGWire
import ZeroMQ

/// The socket of a replay. A packet is never lost silently: where nobody takes it in time, `send`
/// throws.
struct ReplaySender: ~Copyable {
  private var socket: Socket
  private let timeoutMs: Int

  /// Opens the socket and binds or connects it.
  init(_ target: ReplayTarget) throws(ReplayError) {
    timeoutMs = target.timeoutMs
    socket = try Self.open(target)
  }

  private static func open(_ target: ReplayTarget) throws(ReplayError) -> Socket {
    do throws(ZeroMQError) {
      // An XPUB is a PUB that can see who subscribes.
      var socket = try Socket(target.socket == .push ? .push : .xpub, in: Context())
      try socket.set(.linger, target.timeoutMs)
      try socket.set(.sendTimeout, target.timeoutMs)
      try socket.set(.receiveTimeout, target.timeoutMs)
      switch target.socket {
      case .push: try socket.set(.immediate, 1)
      case .pub: try socket.set(.publisherNoDrop, 1)
      }
      try target.keys.show(on: &socket)
      switch target.end {
      case .connect: try socket.connect(target.endpoint)
      case .bind: try socket.bind(target.endpoint)
      }
      return socket
    } catch {
      throw .init(error)
    }
  }

  /// Where the socket publishes, waits until somebody has subscribed: what is published before
  /// goes nowhere.
  mutating func awaitSubscriber(
    of topic: [UInt8], _ target: ReplayTarget
  ) throws(ReplayError) {
    guard target.socket == .pub else { return }
    let deadline = ReplayClock.monotonicNs() + Int64(timeoutMs) * 1_000_000
    repeat {
      let frames: [[UInt8]]?
      do throws(ZeroMQError) { frames = try socket.receiveFrames() } catch { throw .init(error) }
      // 1 and the prefix that is wanted.
      if let frame = frames?.first, frame.first == 1, topic.starts(with: frame.dropFirst()) {
        return
      }
    } while ReplayClock.monotonicNs() < deadline
    throw .unavailable("\(target.endpoint): nobody subscribed within \(target.timeout) s")
  }

  mutating func send(topic: [UInt8], packet: [UInt8]) throws(ReplayError) {
    do throws(ZeroMQError) {
      if try socket.send(topic, more: true), try socket.send(packet) { return }
    } catch {
      throw .init(error)
    }
    throw .unavailable("nobody took a packet within \(timeoutMs) ms")
  }
}

import ECGWire
import ZeroMQ

/// What the ward's screen asks of the daemon: how the beds stand, once a second, and what is to be
/// done. It waits for no answer, so that keys and alarms have their turn meanwhile.
struct WardDesk: ~Copyable {
  enum Answer {
    case status(StatusReport)
    /// Done, or not, in words.
    case told(String)
  }

  private struct Question {
    var id: String
    /// What to say once it is done; nil for a status.
    var done: String?
    var askedAt: ContinuousClock.Instant
  }

  private var control: Socket
  private let stream: String?
  private var questions: [Question] = []
  private var number = 0
  private var polledAt: ContinuousClock.Instant?
  private var answeredAt = ContinuousClock.now

  private static let pollEvery = Duration.seconds(1)
  /// A daemon that has not answered for so long is lost.
  private static let patience = Duration.seconds(3)

  init(control endpoint: String, stream: String?, _ keys: ClientKeys) throws(ZeroMQError) {
    var socket = try Socket(.dealer, in: Context())
    try socket.set(.linger, 0)
    // A request to a daemon that is not there is not kept for one that comes later.
    try socket.set(.immediate, 1)
    try socket.set(.reconnectInterval, 200)
    try socket.setHeartbeat(intervalMs: 1000, timeoutMs: 3000)
    try keys.show(on: &socket)
    try socket.connect(endpoint)
    control = socket
    self.stream = stream
  }

  /// Nobody has answered for long.
  var isAway: Bool { answeredAt.duration(to: .now) > Self.patience }

  /// Has something done; `done` is said once it is.
  mutating func ask(_ request: ControlRequest, done: String) throws(ZeroMQError) -> Answer? {
    try send(request, done: done) ? nil : .told("no answer from the daemon: not done")
  }

  /// What has been answered since the last call.
  mutating func turn() throws(ZeroMQError) -> [Answer] {
    var answers: [Answer] = []
    while let frames = try control.receiveFrames(wait: false) {
      guard let reply = frames.last.flatMap({ try? ControlReply.decode($0) }) else { continue }
      answeredAt = .now
      // A request that could not be read is refused without its id.
      let place = questions.firstIndex { $0.id == reply.id } ?? questions.indices.first
      guard let question = place.map({ questions.remove(at: $0) }) else { continue }
      if let done = question.done {
        answers.append(.told(reply.error.map { "not done: \($0.message)" } ?? done))
      } else if let status = reply.status {
        answers.append(.status(status))
      }
    }
    let now = ContinuousClock.now
    for late in questions where late.askedAt.duration(to: now) > Self.patience && late.done != nil {
      answers.append(.told("no answer from the daemon: it may have been done or not"))
    }
    questions.removeAll { $0.askedAt.duration(to: now) > Self.patience }
    if polledAt.map({ $0.duration(to: now) >= Self.pollEvery }) ?? true {
      polledAt = now
      var request = ControlRequest(.status)
      request.stream = stream
      _ = try send(request, done: nil)
    }
    return answers
  }

  /// The next turn asks for the status, whenever the last one did.
  mutating func hurry() { polledAt = nil }

  private mutating func send(_ request: ControlRequest, done: String?) throws(ZeroMQError) -> Bool {
    number += 1
    var request = request
    let id = "watch-\(number)"
    request.id = id
    // The empty frame that a REQ socket would put before it.
    guard try control.send([UInt8](), more: true, wait: false),
      try control.send(request.encoded(), wait: false)
    else { return false }
    questions.append(Question(id: id, done: done, askedAt: .now))
    return true
  }
}

import ECGCore
import ECGJournal
import ECGModel
import ECGMonitor
import ECGWire
import Foundation
import Logging
import PipelineTesting
import ProcessTesting
import ZeroMQ

/// A daemon in this process, on ipc sockets in a folder of its own.
final class DaemonBench {
  let folder: TemporaryFolder
  private(set) var configuration: Configuration
  let daemon: Daemon
  private let context: Context
  /// Those of this daemon.
  let threads: StartedThreads

  init(
    _ model: Autoencoder, denoiser: Denoiser? = nil, shards: Int = 1, maximumStreams: Int = 16,
    kind: Configuration.SampleSocket.Kind = .pull, heartbeatSeconds: Double = 60,
    journal: [JournalEntry] = [],
    learningSeconds: Double? = nil, silentAfterSeconds: Double = 5,
    restart: Configuration.Restart? = nil, in folder: TemporaryFolder? = nil,
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  ) throws {
    let folder = try folder ?? TemporaryFolder()
    self.folder = folder
    context = try Context()
    var configuration = Configuration()
    configuration.samples.sockets[0].endpoint = Endpoint("ipc://\(folder.file("samples"))")!
    configuration.samples.sockets[0].kind = kind
    configuration.alerts.endpoint = Endpoint("ipc://\(folder.file("alerts"))")!
    configuration.waveforms.endpoint = Endpoint("ipc://\(folder.file("waveforms"))")!
    configuration.control.endpoint = Endpoint("ipc://\(folder.file("control"))")!
    configuration.journal.path = folder.file("alerts.sqlite")
    configuration.baseline.learningSeconds = learningSeconds
    configuration.streams.silentAfterSeconds = silentAfterSeconds
    configuration.restart.checkpoint = nil
    if let restart { configuration.restart = restart }
    configuration.streams.shards = shards
    configuration.streams.maximum = maximumStreams
    // Writing a sign of life allocates, as writing an alert does.
    configuration.alerts.heartbeatSeconds = heartbeatSeconds
    configuration.alarm.persistence.k = 2
    configuration.alarm.persistence.n = 5
    self.configuration = configuration
    if !journal.isEmpty {
      var earlier = try AlertJournal(path: configuration.journal.path)
      try earlier.append(journal)
    }
    (daemon, threads) = try StartedThreads.of {
      let daemon = try Daemon(configuration, model: model, denoiser: denoiser, logger: logger)
      try daemon.start(version: "test")
      return daemon
    }
  }

  /// A gateway's socket.
  func gateway(_ kind: SocketKind = .push) throws -> Socket {
    var socket = try Socket(kind, in: context)
    try socket.set(.linger, 5000)
    try socket.connect("ipc://\(folder.file("samples"))")
    return socket
  }

  func operatorSocket() throws -> Socket {
    var socket = try Socket(.sub, in: context)
    try socket.set(.receiveTimeout, 10_000)
    try socket.subscribe("alert/")
    try socket.connect("ipc://\(folder.file("alerts"))")
    return socket
  }

  /// A display's socket.
  func displaySocket(_ topic: String) throws -> Socket {
    var socket = try Socket(.sub, in: context)
    try socket.set(.receiveTimeout, 10_000)
    try socket.subscribe(topic)
    try socket.connect("ipc://\(folder.file("waveforms"))")
    return socket
  }

  func ask(_ request: ControlRequest) throws -> ControlReply {
    var socket = try Socket(.req, in: context)
    try socket.set(.receiveTimeout, 10_000)
    try socket.connect("ipc://\(folder.file("control"))")
    _ = try socket.send(request.encoded())
    return try ControlReply.decode(try socket.receiveFrames()?.first ?? [])
  }

  func status() throws -> StatusReport {
    guard let status = try ask(ControlRequest(.status)).status else { throw BenchError.noStatus }
    return status
  }

  /// Waits until the status says so; the last one after a minute.
  @discardableResult
  func wait(until isDone: (StatusReport) -> Bool) throws -> StatusReport {
    for _ in 0..<3000 {
      let status = try status()
      if isDone(status) { return status }
      Thread.sleep(forTimeInterval: 0.02)
    }
    throw BenchError.notInTime
  }

  /// What the journal holds after the daemon has stopped.
  func journal() throws -> [AlertEvent] {
    try entries().map { try AlertEvent.decode($0.json) }
  }

  func entries() throws -> [JournalEntry] {
    try AlertJournal(reading: folder.file("alerts.sqlite")).events(limit: 10_000)
  }

  enum BenchError: Error { case noStatus, notInTime }
}

/// A gateway that plays samples of one lead.
struct TestGateway: ~Copyable {
  var socket: Socket
  var encoder: SamplePacketEncoder
  let stream: StreamID
  private var packet: [UInt8] = []
  static let startNs: Int64 = 1_700_000_000_000_000_000

  init(
    _ socket: consuming Socket, stream: String = "bed-1", lead: String = "II",
    rate: SampleRate = SampleRate(millihertz: 360_000), session: UInt32 = 1
  ) {
    self.socket = socket
    self.stream = StreamID(stream)!
    encoder = SamplePacketEncoder(
      sampleRate: rate, leads: [PacketLead(Lead(lead)!)], format: .float32, mode: .test,
      session: session)
  }

  /// Sends samples in packets of `size`, `speed` times real time (nil: as fast as it can).
  mutating func play(
    _ samples: [Float], packets size: Int, speed: Double? = nil, isLast: Bool = true,
    from first: Int = 0
  ) throws {
    let rate = encoder.sampleRate
    let start = Date()
    var at = 0
    while at < samples.count {
      let count = min(size, samples.count - at)
      if let speed {
        let due = start.addingTimeInterval(Double(at + count) / rate.hertz / speed)
        Thread.sleep(forTimeInterval: max(0, due.timeIntervalSinceNow))
      }
      let seconds = Double(first + at) / rate.hertz
      encoder.encode(
        millivolts: samples.span.extracting(at..<(at + count)),
        firstSample: SampleNumber(Int64(first + at)),
        deviceTimeNs: Self.startNs + Int64((seconds * 1e6).rounded()) * 1000,
        isLast: isLast && at + count == samples.count, into: &packet)
      try send(packet)
      at += count
    }
  }

  /// Sends any bytes under the stream's topic.
  mutating func send(_ bytes: [UInt8], topic: String? = nil) throws {
    _ = try socket.send(topic ?? "ecg/\(stream)", more: true)
    _ = try socket.send(bytes)
  }
}

import ECGCore
import ECGJournal
import ECGModel
import ECGWire
import Foundation
import Logging
import PipelineTesting
import ProcessTesting
import Testing
import ZeroMQ

@testable import ECGMonitor

@Suite("The daemon, turn by turn")
struct SteppedDaemonTests {
  let folder: TemporaryFolder
  let configuration: Configuration
  let model: Autoencoder

  init() throws {
    folder = try TemporaryFolder()
    var made = Configuration()
    made.samples.sockets[0].endpoint = Endpoint(inProcess: "samples")
    made.alerts.endpoint = Endpoint(inProcess: "alerts")
    made.control.endpoint = Endpoint(inProcess: "control")
    made.streams.shards = 1
    made.streams.ringMegabytes = 1
    made.journal.path = folder.file("alerts.sqlite")
    made.restart.everySeconds = 0.5
    configuration = made
    model = try TestModel.slidingModel()
  }

  func start() throws -> SteppedDaemon {
    try SteppedDaemon(
      configuration, model: model, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Sends half a second of a stream, from a sample on.
  func send(from first: Int64, of stream: String = "bed-1", to daemon: SteppedDaemon) throws {
    var socket = try Socket(.push, in: daemon.context)
    try socket.set(.linger, -1)
    try socket.connect("inproc://samples")
    var encoder = SamplePacketEncoder(
      sampleRate: SampleRate(millihertz: 250_000), leads: [PacketLead(Lead("MLII")!)],
      format: .float32, mode: .test, session: 1)
    encoder.sequence = UInt64(first)
    var packet: [UInt8] = []
    let samples = [Float](repeating: 0.1, count: 125)
    encoder.encode(millivolts: samples.span, firstSample: SampleNumber(first), into: &packet)
    #expect(try socket.send(SampleTopic.bytes(StreamID(stream)!), more: true))
    #expect(try socket.send(packet))
    daemon.turn(.ingest)
    daemon.turn(.shard(0))
  }

  @Test(
    "a checkpoint never runs ahead of the journal: an alert that nobody was told is told after a crash"
  )
  func order() throws {
    var daemon: SteppedDaemon? = try start()
    try send(from: 0, to: daemon!)
    usleep(600_000)
    daemon!.turn(.shard(0))
    #expect(daemon!.savedStates(ofShard: 0) != [:], "nothing was to be told: it is saved")
    let saved = daemon!.savedStates(ofShard: 0)
    // Half a second is lost: an alert, which the publisher does not come to tell.
    try send(from: 250, to: daemon!)
    for _ in 0..<3 {
      usleep(300_000)
      daemon!.turn(.shard(0))
      daemon!.turn(.keeper)
    }
    #expect(daemon!.savedStates(ofShard: 0) == saved)
    daemon!.turn(.publisher)
    usleep(600_000)
    daemon!.turn(.shard(0))
    #expect(daemon!.savedStates(ofShard: 0) != saved, "it has been told now")
    daemon = nil
  }

  @Test("a checkpoint soon after a start has every patient that was taken over")
  func takenOver() throws {
    let path = try #require(configuration.checkpointPath())
    do {
      let daemon = try start()
      try send(from: 0, to: daemon)
      try send(from: 0, of: "bed-2", to: daemon)
      daemon.stop()
    }
    #expect(try CheckpointFile(path: path).read().records.count == 2)
    do {
      let daemon = try start()
      usleep(300_000)
      // A shard offers one stream a turn.
      daemon.turn(.shard(0))
      #expect(daemon.savedStates(ofShard: 0).count == 1)
      daemon.turn(.keeper)
    }
    #expect(try CheckpointFile(path: path).read().records.count == 2)
  }

  @Test("a checkpoint that could not be written is written once it can be, though nothing is new")
  func writtenLater() throws {
    let path = try #require(configuration.checkpointPath())
    let daemon = try start()
    try send(from: 0, to: daemon)
    usleep(600_000)
    daemon.turn(.shard(0))
    // The file is written beside, under a name that is taken.
    try FileManager.default.createDirectory(
      atPath: path + ".new", withIntermediateDirectories: true)
    daemon.turn(.keeper)
    #expect(!FileManager.default.fileExists(atPath: path))
    try FileManager.default.removeItem(atPath: path + ".new")
    usleep(300_000)
    daemon.turn(.keeper)
    #expect(try CheckpointFile(path: path).read().records.count == 1)
  }

  @Test("what a failing disk did not keep is kept at an orderly stop, if the disk can by then")
  func keptAtTheEnd() throws {
    let path = configuration.journal.path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let daemon = try start()
    try send(from: 0, to: daemon)
    try send(from: 250, to: daemon)
    daemon.turn(.publisher)
    try FileManager.default.removeItem(atPath: path)
    daemon.stop()
    let kept = try AlertJournal(reading: path).events(limit: .max)
      .map { try AlertEvent.decode($0.json).condition }
    #expect(kept.contains(.gap))
  }
}

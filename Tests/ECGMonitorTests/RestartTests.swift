import ECGAlarm
import ECGCore
import ECGModel
import ECGPipeline
import ECGWire
import Foundation
import Logging
import PipelineTesting
import ProcessTesting
import Testing

@testable import ECGMonitor

extension Configuration.Restart {
  static var everyHalfSecond: Self {
    var restart = Self()
    restart.everySeconds = 0.5
    return restart
  }
}

@Suite("A daemon started anew", .serialized)
struct RestartTests {
  /// Learnt after 30 s, so that a minute shows what is known and what is not.
  private func model() throws -> Autoencoder { try TestModel.beats().model }
  /// The lead comes off between the seconds 50 and 55.
  private let samples: [Float] = {
    var samples = Player.synthetic(seconds: 90, seed: 5).samples
    for i in 18_000..<19_800 { samples[i] = .nan }
    return samples
  }()

  private func bench(
    in folder: TemporaryFolder, shards: Int = 1, maximumStreams: Int = 16,
    _ restart: Configuration.Restart = .everyHalfSecond, silentAfterSeconds: Double = 60,
    log: RecordedLog = RecordedLog()
  ) throws -> DaemonBench {
    try DaemonBench(
      try model(), shards: shards, maximumStreams: maximumStreams, learningSeconds: 30,
      silentAfterSeconds: silentAfterSeconds,
      restart: restart, in: folder, logger: log.logger())
  }

  /// Plays a part of the samples and waits until it is judged.
  private func play(
    _ range: Range<Int>, to bench: DaemonBench, patient: UInt8 = 0, total: Int64? = nil,
    isLast: Bool = false
  ) throws {
    var gateway = TestGateway(try bench.gateway())
    gateway.encoder.sequence = UInt64(range.lowerBound)
    gateway.encoder.patient = patient
    try gateway.play(
      Array(samples[range]), packets: 90, isLast: isLast, from: range.lowerBound)
    let expected = total ?? Int64(range.upperBound)
    try bench.wait { $0.samples == expected }
  }

  /// Events as they would be whatever happened on the way.
  private func told(_ bench: DaemonBench) throws -> [AlertEvent] {
    try bench.journal().map { event in
      var event = event
      event.wall = nil
      return event
    }
  }

  @Test("that was stopped goes on to the bit: the journal is that of one never stopped")
  func stopped() throws {
    let whole = try bench(in: TemporaryFolder())
    try play(0..<samples.count, to: whole)
    whole.daemon.stop()
    let expected = try told(whole)
    #expect(expected.contains { $0.condition == .leadOff })

    let folder = try TemporaryFolder()
    var at = 0
    // Another number of shards each time.
    for (i, part) in [12_000, 19_350, 26_010, samples.count].enumerated() {
      let bench = try bench(in: folder, shards: 1 + i)
      try play(at..<part, to: bench)
      bench.daemon.stop()
      at = part
      if part == samples.count { #expect(try told(bench) == expected) }
    }
  }

  @Test(
    "that was killed knows the patient, tells the gap, and goes on with the alarms that were on")
  func killed() throws {
    let folder = try TemporaryFolder()
    let first = try bench(in: folder)
    try play(0..<21_600, to: first)
    // A gap whose alarm is on when the daemon dies.
    try play(22_000..<22_500, to: first, total: 22_100)
    try first.wait { $0.streams.first?.alarms.contains("gap") == true }
    try waitForCheckpoint(in: folder)
    let alarm = try #require(
      try first.ask(ControlRequest(.snapshot)).alerts?
        .first { $0.condition == .gap }?.alarm)
    // What a killed process leaves: its files as they are.
    let left = try copy(of: folder)
    first.daemon.stop()

    let log = RecordedLog()
    let second = try bench(in: left, log: log)
    let status = try second.status()
    let stream = try #require(status.streams.first)
    #expect(stream.alarms.contains("gap"))
    #expect(stream.learnt?.progress == 1)
    #expect(stream.learnt?.references?.isEmpty == false)
    #expect(log.lines.contains { $0.contains("1 of 1 patients are known from before") })
    let snapshot = try #require(try second.ask(ControlRequest(.snapshot)).alerts)
    #expect(snapshot.filter { $0.condition == .gap }.map(\.alarm) == [alarm])
    try play(24_000..<samples.count, to: second, total: 22_100 + Int64(samples.count - 24_000))
    second.daemon.stop()
    let gaps = try second.journal().filter { $0.condition == .gap }
    #expect(Set(gaps.map(\.alarm)) == [alarm], "the same alarm went on")
    #expect(gaps.last?.phase == .end)
    let learnt = try second.journal().filter { $0.condition == .layoutChange }
    #expect(learnt.isEmpty)
  }

  @Test("a bed that does not come back after a restart is told of as silent")
  func silent() throws {
    let folder = try TemporaryFolder()
    let first = try bench(in: folder)
    try play(0..<3600, to: first)
    first.daemon.stop()
    let second = try bench(in: folder, silentAfterSeconds: 0.5)
    try second.wait { $0.streams.first?.alarms.contains("streamSilent") == true }
    second.daemon.stop()
  }

  @Test("a ward of two hundred beds is known at once, each bed for itself")
  func ward() throws {
    let folder = try TemporaryFolder()
    let beds = 200
    let first = try bench(in: folder, shards: 2, maximumStreams: 256)
    var gateway = TestGateway(try first.gateway())
    var packet: [UInt8] = []
    for bed in 0..<beds {
      gateway.encoder.sequence = 0
      gateway.encoder.encode(
        millivolts: samples.span.extracting(0..<(1800 + bed)), firstSample: SampleNumber(0),
        into: &packet)
      try gateway.send(packet, topic: "ecg/bed-\(bed)")
    }
    try first.wait { $0.samples == Int64(beds * 1800 + beds * (beds - 1) / 2) }
    first.daemon.stop()
    let second = try bench(in: folder, shards: 3, maximumStreams: 256)
    let streams = try second.status().streams
    #expect(streams.count == beds)
    for stream in streams {
      let bed = Int64(stream.id.dropFirst(4))!
      #expect(stream.samples == 1800 + bed)
      #expect(stream.lastSample == 1800 + bed - 1)
    }
    second.daemon.stop()
  }

  @Test("a stream that had ended is not known any more")
  func ended() throws {
    let folder = try TemporaryFolder()
    let first = try bench(in: folder)
    try play(0..<3600, to: first)
    try play(3600..<7200, to: first, isLast: true)
    first.daemon.stop()
    let second = try bench(in: folder)
    #expect(try second.status().streams.isEmpty)
    second.daemon.stop()
  }

  @Test("a damaged checkpoint is set aside loudly; streams that are whole in it are known")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let first = try bench(in: folder)
    try play(0..<7200, to: first)
    first.daemon.stop()
    let path = folder.file("streams.checkpoint")
    let whole = try Data(contentsOf: URL(filePath: path))

    func start(with bytes: Data) throws -> (streams: Int, log: [String]) {
      try bytes.write(to: URL(filePath: path))
      let log = RecordedLog()
      let bench = try bench(in: folder, log: log)
      let streams = try bench.status().streams.count
      bench.daemon.stop()
      return (streams, log.lines)
    }
    #expect(try start(with: whole).streams == 1)
    var flipped = whole
    flipped[whole.count / 2] ^= 1
    for (bytes, reason, suffix) in [
      (flipped, "checksum", "damaged"), (whole.prefix(whole.count - 100), "ends", "damaged"),
      (Data(), "does not begin", "damaged"), (Data("nonsense".utf8), "does not begin", "damaged"),
    ] {
      let (streams, log) = try start(with: bytes)
      #expect(streams == 0)
      #expect(
        log.contains { $0.hasPrefix("error the checkpoint") && $0.contains(reason) }, "\(log)")
      #expect(try Data(contentsOf: URL(filePath: "\(path).\(suffix)")) == bytes)
    }
    // The end alone is missing: the stream before it is whole.
    let (streams, log) = try start(with: whole.prefix(whole.count - 2))
    #expect(streams == 1)
    #expect(log.contains { $0.hasPrefix("error the checkpoint") })
    var newer = whole
    newer[8] = 9
    let (none, said) = try start(with: newer)
    #expect(none == 0)
    #expect(said.contains { $0.contains("of version 9") && $0.contains(".version-9") })
  }

  @Test("what is too old, of another model, or of another lead than is wanted is not used")
  func obstacles() throws {
    let folder = try TemporaryFolder()
    let first = try bench(in: folder)
    try play(0..<7200, to: first)
    first.daemon.stop()
    let file = CheckpointFile(path: folder.file("streams.checkpoint"))
    let contents = try file.read()
    let hash = try model().hash
    func records(
      hash: String, now: CheckpointMoment, _ log: RecordedLog = RecordedLog()
    ) -> (Int, [String]) {
      let restoration = Restoration(
        file, Configuration(), modelHash: hash,
        log: RateLimitedLog(log.logger(), ratePerMinute: 100), now: now)
      return (restoration.records.count, log.lines)
    }
    var now = contents.moment
    #expect(records(hash: hash, now: now).0 == 1)
    now.sinceBootNs += 29 * 60_000_000_000
    // A wall clock that was set does not matter while the machine was up.
    now.wallNs += 86_400_000_000_000
    #expect(records(hash: hash, now: now).0 == 1)
    now.sinceBootNs += 2 * 60_000_000_000
    let (none, log) = records(hash: hash, now: now)
    #expect(none == 0)
    #expect(log.contains { $0.contains("31 minutes old") && $0.contains("stream: bed-1") })
    // After a boot the wall clock says it.
    now = contents.moment
    now.boot = "another"
    now.sinceBootNs = 1
    now.wallNs += 60_000_000_000
    #expect(records(hash: hash, now: now).0 == 1)
    now.wallNs -= 120_000_000_000
    #expect(records(hash: hash, now: now).1.contains { $0.contains("the clock was set back") })
    now = contents.moment
    let (other, said) = records(hash: String(hash.reversed()), now: now)
    #expect(other == 0)
    #expect(said.contains { $0.contains("another model") })

    var restoration = Restoration(
      file, Configuration(), modelHash: hash,
      log: RateLimitedLog(RecordedLog().logger(), ratePerMinute: 9), now: now)
    let shard = Shard(try TestModel.beats(), AlarmSettings(), maximumWindows: 4)
    // The stream has lead II alone.
    let isRestored = restoration.restore(
      0, to: shard, preferring: [LeadName(Lead("V1")!)], nowNs: 1)
    #expect(isRestored)
    #expect(shard.streamCount == 1)
  }

  @Test("another patient number on the wire clears what was learnt; old packets do not")
  func patientChange() throws {
    let folder = try TemporaryFolder()
    let first = try bench(in: folder)
    try play(0..<14_400, to: first)
    try first.wait { $0.streams.first?.learnt?.progress == 1 }
    try play(14_400..<18_000, to: first, patient: 1)
    var stream = try #require(try first.status().streams.first)
    #expect(stream.learnt!.progress < 1)
    #expect(stream.patientChanges == 1)
    #expect(stream.alarms.contains("patientChange"))
    // A packet of the patient before, late: its samples were taken.
    var gateway = TestGateway(try first.gateway())
    try gateway.play(Array(samples[14_000..<14_090]), packets: 90, isLast: false, from: 14_000)
    try first.wait { $0.streams.first?.rejected["late"] == 1 }
    stream = try #require(try first.status().streams.first)
    #expect(stream.patientChanges == 1)
    first.daemon.stop()
    // The number is kept: the same one after a restart is no change.
    let second = try bench(in: folder)
    try play(18_000..<21_600, to: second, patient: 1)
    #expect(try second.status().streams.first?.patientChanges == 1)
    // While nobody looked, another patient came.
    second.daemon.stop()
    let third = try bench(in: folder)
    try play(21_600..<25_200, to: third, patient: 2)
    #expect(try third.status().streams.first?.patientChanges == 2)
    third.daemon.stop()
    let told = try third.journal().filter { $0.condition == .patientChange }
    #expect(told.map(\.phase) == [.start, .end, .start])
    #expect(told[0].reason.contains("another patient"))
  }

  @Test("a checkpoint that cannot be written is told of, and the watching goes on")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    var restart = Configuration.Restart.everyHalfSecond
    restart.checkpoint = "/nowhere/streams.checkpoint"
    let log = RecordedLog()
    let bench = try bench(in: folder, restart, log: log)
    try play(0..<3600, to: bench)
    bench.daemon.stop()
    #expect(log.lines.contains { $0.contains("the checkpoint could not be written") })
  }

  private func waitForCheckpoint(in folder: TemporaryFolder) throws {
    // Two full rounds from now on.
    let path = folder.file("streams.checkpoint")
    func date() -> Date? {
      (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    }
    var before = date()
    for _ in 0..<2 {
      for _ in 0..<2000 where date() == before { Thread.sleep(forTimeInterval: 0.005) }
      before = date()
    }
  }

  private func copy(of folder: TemporaryFolder) throws -> TemporaryFolder {
    let copy = try TemporaryFolder()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where name.contains("sqlite") || name.contains("checkpoint") {
      try FileManager.default.copyItem(atPath: folder.file(name), toPath: copy.file(name))
    }
    return copy
  }
}

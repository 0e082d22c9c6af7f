import ECGAlarm
import ECGWire
import Foundation
import PipelineTesting
import ProcessTesting
import Testing
import ZeroMQ

/// A disk of its own, that can be full or read-only. Needs the right to mount.
private final class SmallDisk {
  let folder: TemporaryFolder
  private let isMounted: Bool

  init?() throws {
    folder = try TemporaryFolder()
    let mounted = try Self.run(["mount", "-t", "tmpfs", "-o", "size=600k", "none", folder.path])
    isMounted = mounted == nil
    if let mounted {
      print("skipped: a disk cannot be mounted here: \(mounted)")
      return nil
    }
  }

  deinit { if isMounted { _ = try? Self.run(["umount", "-l", folder.path]) } }

  func remount(_ options: String) throws {
    #expect(try Self.run(["mount", "-o", "remount,\(options)", folder.path]) == nil)
  }

  func fill() throws {
    _ = try Self.run(["dd", "if=/dev/zero", "of=\(folder.file("filler"))", "bs=4k"])
  }

  func makeRoom() throws { try FileManager.default.removeItem(atPath: folder.file("filler")) }

  /// Nil, or what the command complained of.
  private static func run(_ words: [String]) throws -> String? {
    let done = try ChildProcess.run("/usr/bin/env", words, mergingErrors: true)
    return done.status == 0 ? nil : done.output
  }
}

/// The journal fails: alarms go on, operators are told, and once it is mended nothing is missing.
@Suite struct JournalTroubleTests {
  /// Publishes two alerts.
  private func pauseAndResume(_ bench: DaemonBench) throws {
    var pause = ControlRequest(.pause)
    pause.stream = "bed-1"
    pause.seconds = 3600
    #expect(try bench.ask(pause).ok)
    var resume = ControlRequest(.resume)
    resume.stream = "bed-1"
    #expect(try bench.ask(resume).ok)
  }

  /// Plays a little, has trouble made, and has it mended; then all that was heard must be kept.
  private func endure(
    _ bench: DaemonBench, trouble: () throws -> Void = {}, mend: () throws -> Void = {}
  ) throws -> [AlertEvent] {
    var listener = try bench.operatorSocket()
    var gateway = TestGateway(try bench.gateway())
    try gateway.play([Float](repeating: 0, count: 360), packets: 360, isLast: false)
    try bench.wait { $0.streams.count == 1 && $0.operators?.listening == 1 }
    try trouble()
    try bench.wait { status in
      if status.signals == nil { try? pauseAndResume(bench) }
      return status.signals?.contains { $0.condition == .journalFailure } ?? false
    }
    try pauseAndResume(bench)
    try mend()
    try bench.wait { $0.signals == nil }
    try pauseAndResume(bench)
    bench.daemon.stop()
    var heard: [AlertEvent] = []
    try listener.set(.receiveTimeout, 500)
    while let frames = try listener.receiveFrames() {
      heard.append(try AlertEvent.decode(frames[1]))
    }
    #expect(heard.map(\.sequence) == heard.map(\.sequence).sorted())
    #expect(Set(heard.map(\.id)).count == heard.count)
    let kept = Set(try bench.journal().map(\.id))
    #expect(heard.allSatisfy { kept.contains($0.id) }, "what was published meanwhile is kept now")
    #expect(heard.count { $0.condition == .alarmsPaused && $0.phase == .end } >= 2)
    return heard.filter { $0.condition == .journalFailure }
  }

  @Test func aFullDiskStopsNoAlarmAndWhatWasPublishedMeanwhileIsKeptAfterwards() throws {
    guard let disk = try SmallDisk() else { return }
    let bench = try DaemonBench(
      TestModel.slidingModel(), journalPath: disk.folder.file("alerts.sqlite"))
    let told = try endure(bench, trouble: disk.fill, mend: disk.makeRoom)
    #expect(told.map(\.phase) == [.start, .end])
    #expect(told.first?.reason.contains("full") == true, "\(told.map(\.reason))")
  }

  @Test func aReadOnlyDiskStopsNoAlarmAndWhatWasPublishedMeanwhileIsKeptAfterwards() throws {
    guard let disk = try SmallDisk() else { return }
    let path = disk.folder.file("alerts.sqlite")
    let first = try DaemonBench(TestModel.slidingModel(), journalPath: path)
    var gateway = TestGateway(try first.gateway())
    try gateway.play([Float](repeating: 0, count: 3600), packets: 360)
    try first.wait { $0.alertsPublished > 0 }
    first.daemon.stop()
    let earlier = try #require(try first.journal().last?.sequence)
    try disk.remount("ro")
    let bench = try DaemonBench(TestModel.slidingModel(), journalPath: path)
    let told = try endure(bench, mend: { try disk.remount("rw") })
    #expect(told.last?.phase == .end)
    #expect(told.allSatisfy { $0.sequence > earlier }, "no number is given out twice")
  }

  @Test func aDamagedJournalIsSetAsideAndToldAndANewOneIsBegun() throws {
    let folder = try TemporaryFolder()
    let garbage = Data((0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    try garbage.write(to: URL(filePath: folder.file("alerts.sqlite")))
    let bench = try DaemonBench(TestModel.slidingModel(), in: folder)
    let told = try endure(bench)
    #expect(told.last?.phase == .end)
    let aside = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasPrefix("alerts.sqlite.corrupt-") }
    #expect(aside.count == 1)
    #expect(try Data(contentsOf: URL(filePath: folder.file(aside[0]))) == garbage)
    let begun = try #require(try bench.journal().first)
    #expect(begun.condition == .journalFailure)
    #expect(begun.reason.contains("set aside"), "\(begun.reason)")
  }
}

import ECGCore
import ECGModel
import ECGMonitor
import ECGWire
import Foundation
import PipelineTesting
import ProcessTesting
import Testing
import ZeroMQ

@Suite(.serialized) struct WaveformTests {
  private func bench() throws -> DaemonBench {
    try DaemonBench(
      TestModel.slidingModel(learningSeconds: 8, limit: 0.8), denoiser: TestModel.denoiser())
  }

  /// Plays in real time times `speed` until `isDone`, at most one minute of ECG.
  private func frames(
    _ bench: DaemonBench, topic: String, count: Int
  ) throws -> [(topic: String, header: WaveformHeader, values: [Float])] {
    var listener = try bench.displaySocket(topic)
    var gateway = TestGateway(try bench.gateway())
    let samples = Player.synthetic(seconds: 30, seed: 3).samples
    // Faster than life and yet slow enough that the subscription comes before the last packet.
    let half = samples.count / 2
    try gateway.play(Array(samples[..<half]), packets: 36, isLast: false)
    try bench.wait { $0.samples == Int64(half) }
    Thread.sleep(forTimeInterval: 0.5)
    try gateway.play(Array(samples[half...]), packets: 36, speed: 20, from: half)
    var heard: [(String, WaveformHeader, [Float])] = []
    while heard.count < count, let frames = try listener.receiveFrames() {
      #expect(frames.count == 2)
      let frame = frames[1]
      let (header, values) = try WaveformHeader.decode(frame.span.bytes)
      heard.append((String(decoding: frames[0], as: UTF8.self), header, values))
    }
    return heard
  }

  @Test func aDisplayHearsTheCleanedSignalWithoutAHole() throws {
    let bench = try bench()
    let heard = try frames(bench, topic: "wave/bed-1", count: 60)
    #expect(heard.count == 60)
    #expect(heard.allSatisfy { $0.topic == "wave/bed-1" })
    let cleaned = heard.filter { $0.header.kind == .cleaned }
    // How the kinds lie among each other depends on when the windows are worked upon.
    #expect(cleaned.count >= 10)
    for (one, next) in zip(cleaned, cleaned.dropFirst()) {
      #expect(next.header.sequence == one.header.sequence + 1)
      #expect(next.header.index == one.header.index + Int64(one.header.count))
    }
    let header = try #require(cleaned.last?.header)
    #expect(header.hasNetwork)
    #expect(header.valueRate == SampleRate(millihertz: 128_000))
    #expect(header.streamRate == SampleRate(millihertz: 360_000))
    #expect((30...200).contains(header.heartRate))
    #expect((0...1).contains(header.quality))
    #expect(cleaned.contains { $0.values.contains { abs($0) > 0.3 } })
    #expect(heard.contains { $0.header.kind == .reconstruction })
    let status = try bench.status()
    #expect((status.waveforms?.published ?? 0) >= 60)
    #expect(status.waveforms?.dropped == 0)
    bench.daemon.stop()
  }

  @Test func latentsComeOnlyToThoseWhoAskForThem() throws {
    let bench = try bench()
    let heard = try frames(bench, topic: "latent/", count: 5)
    #expect(heard.count == 5)
    #expect(heard.allSatisfy { $0.topic == "latent/bed-1" && $0.header.kind == .latent })
    bench.daemon.stop()
  }

  @Test func nothingIsBuiltWhileNobodySubscribes() throws {
    let bench = try bench()
    var stranger = try bench.displaySocket("wave/bed-2")
    try stranger.set(.receiveTimeout, 200)
    var gateway = TestGateway(try bench.gateway())
    let samples = Player.synthetic(seconds: 20, seed: 3).samples
    try gateway.play(samples, packets: 360)
    let status = try bench.wait { $0.samples == Int64(samples.count) && $0.streams.isEmpty }
    #expect(status.waveforms == StatusReport.Waveforms(published: 0, dropped: 0))
    #expect(try stranger.receiveFrames() == nil)
    bench.daemon.stop()
  }

  @Test(.enabled(if: DisplayPython.path != nil, "no Python with pyzmq: set ECGD_PYTHON"))
  func thePythonDisplayPrintsWhatItHears() throws {
    let bench = try bench()
    let output = Pipe()
    let process = Process()
    process.executableURL = URL(filePath: DisplayPython.path!)
    process.arguments = [
      DisplayPython.package.appending(path: "Documentation/Examples/waveform_client.py").path,
      "ipc://\(bench.folder.file("waveforms"))", "wave/bed-1",
    ]
    process.standardOutput = output
    try process.run()
    defer {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    var gateway = TestGateway(try bench.gateway())
    let samples = Player.synthetic(seconds: 60, seed: 3).samples
    try gateway.play(samples, packets: 36, speed: 8)
    var text = ""
    while text.split(separator: "\n").count < 3 {
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      text += String(decoding: data, as: UTF8.self)
    }
    let lines = text.split(separator: "\n")
    #expect(lines.count >= 3)
    #expect(lines.contains { $0.hasPrefix("wave/bed-1 cleaned ") && $0.contains("128 Hz II") })
    bench.daemon.stop()
  }
}

/// The Python that plays the independent display.
private enum DisplayPython {
  static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let path: String? = {
    let path =
      ProcessInfo.processInfo.environment["ECGD_PYTHON"]
      ?? package.appending(path: "build/python/bin/python3").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()
}

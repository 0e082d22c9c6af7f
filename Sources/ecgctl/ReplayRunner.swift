import ECGCore
import ECGRecords
import Glibc
import Synchronization
import ZeroMQ

/// Set by SIGINT and SIGTERM: a replay then ends as at the recording's end.
private let isInterrupted = Atomic<Bool>(false)

/// Plays every stream of a replay, in one thread, at its time.
struct ReplayRunner {
  let source: ReplaySource
  var streams: [ReplayStream]
  let speed: ReplaySpeed
  let isLooping: Bool
  var progress: ReplayProgress

  init(
    source: ReplaySource, streams: [ReplayStream], speed: ReplaySpeed, isLooping: Bool,
    showsProgress: Bool
  ) {
    self.source = source
    self.streams = streams
    self.speed = speed
    self.isLooping = isLooping
    progress = ReplayProgress(
      isShown: showsProgress, total: isLooping ? nil : source.range.count, rate: source.rate)
  }

  mutating func run(
    _ target: ReplayTarget, plan: FaultPlan, noise: String?, snr: Double?
  ) throws(ReplayError) -> ReplayReport {
    _ = signal(SIGINT) { _ in isInterrupted.store(true, ordering: .relaxed) }
    _ = signal(SIGTERM) { _ in isInterrupted.store(true, ordering: .relaxed) }
    let began = ReplayClock.monotonicNs()
    // Returns when the sockets have flushed, or the timeout has passed.
    try play(target)
    let seconds = Double(ReplayClock.monotonicNs() - began) * 1e-9
    progress.finish()
    return ReplayReport(
      source: source, streams: streams, plan: plan, noise: noise, snr: snr, speed: speed,
      seconds: seconds, wasInterrupted: isInterrupted.load(ordering: .relaxed))
  }

  private mutating func play(_ target: ReplayTarget) throws(ReplayError) {
    var sender = try ReplaySender(target)
    try sender.awaitSubscriber(of: streams[0].topic, target)
    var pass = 0
    let began = ReplayClock.monotonicNs()
    repeat {
      let shift = pass * source.range.count
      try playOnce(&sender, shift: shift, began: began)
      pass += 1
    } while isLooping && !isInterrupted.load(ordering: .relaxed)
    for index in streams.indices {
      let topic = streams[index].topic
      try streams[index].finish { packet throws(ReplayError) in
        try sender.send(topic: topic, packet: packet)
      }
    }
  }

  private mutating func playOnce(
    _ sender: inout ReplaySender, shift: Int, began: Int64
  ) throws(ReplayError) {
    var start = source.range.lowerBound
    while start < source.range.upperBound {
      let end = min(start + source.packetSamples, source.range.upperBound)
      for index in streams.indices {
        if isInterrupted.load(ordering: .relaxed) { return }
        let played = end - source.range.lowerBound + shift
        wait(samples: played, stream: index, count: end - start, began: began)
        let topic = streams[index].topic
        try streams[index].offer(
          start..<end, shift: shift, isLast: !isLooping && end == source.range.upperBound
        ) { packet throws(ReplayError) in
          try sender.send(topic: topic, packet: packet)
        }
      }
      progress.show(samples: end - source.range.lowerBound + shift)
      start = end
    }
  }

  /// Waits until the packet's last sample has been taken. The deadline is counted from the
  /// beginning, so that lateness never adds up. Streams follow each other evenly over a packet's
  /// duration, as gateways that know nothing of each other do.
  private func wait(samples: Int, stream: Int, count: Int, began: Int64) {
    guard case .times(let factor) = speed else { return }
    let stagger = Double(count) * Double(stream) / Double(streams.count)
    let seconds = (Double(samples) + stagger) / source.rate.hertz / factor
    let deadline = began + Int64(min(seconds, 1e9) * 1e9)
    while ReplayClock.monotonicNs() < deadline, !isInterrupted.load(ordering: .relaxed) {
      ReplayClock.sleep(untilNs: deadline)
    }
  }
}

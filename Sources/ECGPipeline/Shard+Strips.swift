import ECGCore
import ECGModel
import ECGSignal

extension Shard {
  /// The most values of a strip.
  public var stripCapacity: Int { stripRoom.signal.count }

  /// An alarm has started: its strip is cut once what follows has come.
  func awaitStrip(
    _ number: UInt64, onset: SampleNumber, condition: Int, of stream: StreamPipeline
  ) {
    guard stripSink != nil else { return }
    // The same condition again within seconds: what there is of the earlier strip must do.
    if stream.strips.pending[condition] != nil { cutStrip(condition, of: stream) }
    stream.strips.pending[condition] = .init(alarmNumber: number, onset: onset)
  }

  /// Keeps what the network made of a window.
  func rememberReconstruction(
    _ entry: WindowBatch.Entry, at slot: Int, of stream: StreamPipeline
  ) {
    guard stripSink != nil else { return }
    let start = entry.startIndex + Int64(entry.pendingBeat?.shift ?? 0)
    let room = stripRoom
    guard
      batch.copyReconstruction(
        slot: slot, of: stream.path.signal, from: start, into: &room.window)
    else { return }
    stream.strips.keep(room.window.span, from: start)
  }

  /// Cuts the strips whose time has come; looked at once a second of samples.
  func cutStripsDue(of stream: StreamPipeline) {
    guard stripSink != nil else { return }
    for condition in stream.strips.pending.indices {
      guard let pending = stream.strips.pending[condition] else { continue }
      let due =
        stream.index(of: pending.onset) + Int64(plan.rate.samples(seconds: Strip.secondsAfter))
        + Int64(plan.model.manifest.lengthSamples)
      // The newest windows need a moment more to come back from the network.
      if stream.path.signal.endIndex >= due { cutStrip(condition, of: stream) }
    }
  }

  /// Cuts what there is: the signal ends here.
  func cutStripsNow(of stream: StreamPipeline) {
    guard stripSink != nil else { return }
    for condition in stream.strips.pending.indices
    where stream.strips.pending[condition] != nil {
      cutStrip(condition, of: stream)
      stream.strips.pending[condition] = nil
    }
  }

  /// Starts a stream's signal path anew, after its strips.
  func restartPath(of stream: StreamPipeline, at sample: SampleNumber) {
    cutStripsNow(of: stream)
    stream.restartPath(at: sample)
  }

  private func cutStrip(_ condition: Int, of stream: StreamPipeline) {
    guard let sink = stripSink, let pending = stream.strips.pending[condition] else { return }
    let signal = stream.path.signal
    let onset = stream.index(of: pending.onset)
    let first = onset - Int64(plan.rate.samples(seconds: Strip.secondsBefore))
    let last = onset + Int64(plan.rate.samples(seconds: Strip.secondsAfter))
    let start = max(first, signal.startIndex)
    let end = min(last, signal.endIndex)
    guard start < end else {
      stream.strips.pending[condition] = nil
      return
    }
    let room = stripRoom
    let count = Int(end - start)
    for i in 0..<count {
      room.signal[i] = signal[start + Int64(i)]
      room.reconstruction[i] = stream.strips.value(at: start + Int64(i))
    }
    let strip = Strip(
      slot: stream.slot, count: count, alarmNumber: pending.alarmNumber, onset: pending.onset,
      first: stream.sample(at: start), onsetIndex: Int(onset - start), streamRate: stream.rate,
      valueRate: plan.rate,
      onsetTimeNs: stream.clock.timeNs(of: pending.onset, rate: stream.rate),
      isWhole: start == first && end == last)
    let isTaken = sink.take(
      strip, ecg: room.signal.span,
      reconstruction: room.reconstruction.span)
    if isTaken { stream.strips.pending[condition] = nil }
  }
}

extension StreamPipeline {
  /// The index of the signal path that stands for a sample of the stream, at or after it.
  func index(of sample: SampleNumber) -> Int64 {
    let position = sample.rawValue - origin.rawValue
    var index = Int64(Double(position) * plan.rate.hertz / rate.hertz)
    while path.design.inputPosition(ofOutput: index) < position { index += 1 }
    while index > 0, path.design.inputPosition(ofOutput: index - 1) >= position { index -= 1 }
    return index
  }
}

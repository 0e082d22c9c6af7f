import ECGCore
public import ECGModel
import ECGSignal

extension Shard {
  /// Begins, changes or ends the listening to a stream's waveforms. Allocates where it begins.
  ///
  /// - Parameter denoiser: cleans the signal where its rate and filters are the plan's; nil shows
  ///   the conditioned signal as it is.
  public func listen(slot: Int, to wishes: WaveWishes, through denoiser: Denoiser?) {
    guard let stream = streams[slot] else { return }
    if wishes.isEmpty {
      stream.tap = nil
    } else if let tap = stream.tap {
      tap.wishes = wishes
    } else {
      let fitting = denoiser.flatMap { plan.suits($0) ? $0 : nil }
      stream.tap = WaveTap(fitting, wishes: wishes, plan: plan, signal: stream.path.signal)
    }
  }

  /// Tells the signal's new samples.
  func tellSignal(of stream: StreamPipeline) {
    guard let tap = stream.tap, let sink = waveSink else { return }
    while tap.advance(stream.path.signal) {
      guard tap.wishes.contains(.waves) else { continue }
      let end = min(stream.path.signal.endIndex, tap.blockStart + Int64(tap.block.count))
      var wave = wave(.cleaned, of: stream, tap, at: tap.blockStart)
      wave.quality = stream.path.quality.quality(of: tap.blockStart..<end).index
      wave.signalToNoiseDecibels = tap.signalToNoiseDecibels
      wave.networkShare = tap.networkShare
      sink.take(wave, tap.block.span)
    }
  }

  /// Tells what the network made of a window in the batch.
  func tellWindow(
    _ entry: WindowBatch.Entry, at slot: Int, score: Float?, of stream: StreamPipeline
  ) {
    guard let tap = stream.tap, let sink = waveSink else { return }
    let start = entry.startIndex + Int64(entry.pendingBeat?.shift ?? 0)
    if tap.wishes.contains(.waves),
      batch.copyReconstruction(slot: slot, of: stream.path.signal, from: start, into: &tap.window)
    {
      var wave = wave(.reconstruction, of: stream, tap, at: start)
      wave.score = score
      wave.quality = entry.quality.index
      sink.take(wave, tap.window.span)
    }
    if tap.wishes.contains(.latents) {
      batch.copyLatent(slot: slot, into: &tap.latent)
      var wave = wave(.latent, of: stream, tap, at: start)
      wave.score = score
      wave.quality = entry.quality.index
      wave.valueRate = SampleRate(millihertz: 0)
      sink.take(wave, tap.latent.span)
    }
  }

  /// What is the same for all kinds; counts the piece.
  private func wave(
    _ kind: Wave.Kind, of stream: StreamPipeline, _ tap: WaveTap, at index: Int64
  ) -> Wave {
    let number =
      switch kind {
      case .cleaned: 0
      case .reconstruction: 1
      case .latent: 2
      }
    let sequence = tap.sequences[number]
    tap.sequences[number] += 1
    let first = stream.sample(at: index)
    return Wave(
      kind: kind, slot: stream.slot, lead: stream.leads.judged, streamRate: stream.rate,
      valueRate: plan.rate, first: first,
      index: index, deviceTimeNs: stream.clock.timeNs(of: first, rate: stream.rate),
      path: stream.pathNumber, isLearning: stream.scorer.isLearning, score: stream.lastScore,
      limit: stream.limit, heartRate: stream.heart.beatsPerMinute, quality: 0,
      sequence: sequence)
  }
}

extension ModelPlan {
  /// Whether a denoiser was made for the signal that this plan gives.
  public func suits(_ denoiser: Denoiser) -> Bool {
    let other = denoiser.manifest
    let filters = model.manifest.filters
    return other.sampleRate == rate && other.filters.highPass == filters.highPass
      && other.filters.lowPass == filters.lowPass
  }
}

import ECGAlarm
public import ECGCore
import ECGModel
import ECGSignal

/// One window's score, for those who ask for every one.
public struct WindowScore: Equatable, Sendable {
  public var slot: Int
  public var start: SampleNumber
  /// The window's last sample.
  public var end: SampleNumber
  /// The beat's fiducial where windows are beat-synchronous.
  public var beat: SampleNumber?
  public var error: Float
  /// Nil while the patient is being learnt, and for windows of poor quality.
  public var score: Float?
  public var limit: Float
  public var quality: Float
}

extension Shard {
  /// Puts a completed window into the batch.
  func add(_ range: Range<Int64>, beat: Beat?, of stream: StreamPipeline) {
    let slot = batch.entries.count
    batch.engine.withWindow(slot) { window in
      stream.path.signal.copy(from: range.lowerBound, into: &window)
    }
    let quality = stream.assess()
    batch.entries.append(
      WindowBatch.Entry(
        slot: stream.slot, start: stream.sample(at: range.lowerBound),
        end: stream.sample(at: range.upperBound - 1), startIndex: range.lowerBound,
        quality: quality,
        isUsable: quality.index >= stream.settings.minimumQuality && !quality.reason.isLeadOff,
        beat: beat.map { stream.sample(at: $0.fiducial).rawValue },
        receivedNs: stream.lastReceivedNs))
    stream.pending += 1
    if batch.isFull { flush() }
  }

  /// Whether windows wait in the batch.
  public var hasWaitingWindows: Bool { !batch.entries.isEmpty }

  /// Runs the windows that wait through the network and draws the conclusions, in the order in
  /// which they were completed.
  ///
  /// - Parameter nowNs: monotonic time now, for the latency histogram; nil keeps none.
  public func flush(nowNs: UInt64? = nil) {
    guard hasWaitingWindows else { return }
    batch.engine.run(count: batch.entries.count)
    for i in batch.entries.indices {
      let entry = batch.entries[i]
      guard let stream = streams[entry.slot] else { continue }
      stream.pending -= 1
      conclude(entry, at: i, of: stream)
      if let nowNs, nowNs > entry.receivedNs {
        latency.record(nanoseconds: nowNs - entry.receivedNs)
      }
    }
    batch.entries.removeAll(keepingCapacity: true)
  }

  private func conclude(_ entry: WindowBatch.Entry, at i: Int, of stream: StreamPipeline) {
    let error = batch.engine.error(i)
    let limit = stream.limit
    stream.counters.windows += 1
    let score = entry.isUsable ? stream.scorer.process(error: error.total, limit: limit) : nil
    let evidence: Evidence
    if let score {
      evidence = score >= limit ? .exceeding : score >= stream.clearLimit ? .near : .clear
      stream.lastScore = score
    } else {
      evidence = .unusable
    }
    if !entry.isUsable { stream.counters.unusable += 1 }
    if evidence == .exceeding { stream.counters.exceeding += 1 }
    scores?.append(
      WindowScore(
        slot: stream.slot, start: entry.start, end: entry.end,
        beat: entry.beat.map { SampleNumber($0) }, error: error.total, score: score, limit: limit,
        quality: entry.quality.index))
    let index = StreamCondition.abnormalBeats.rawValue
    let transition = stream.conditions[index].process(evidence, start: entry.start, end: entry.end)
    guard let transition else { return }
    draft(
      transition, .abnormalBeats, of: stream, quality: entry.quality, score: score,
      worst: worst(error, entry, of: stream), receivedNs: entry.receivedNs)
  }

  private func worst(
    _ error: ReconstructionError, _ entry: WindowBatch.Entry, of stream: StreamPipeline
  ) -> WorstSegment {
    WorstSegment(
      start: stream.sample(at: entry.startIndex + Int64(error.worst.lowerBound)),
      end: stream.sample(at: entry.startIndex + Int64(error.worst.upperBound)),
      error: error.worstError, share: error.total > 0 ? error.worstError / error.total : 0)
  }
}

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
  /// Nil for what the network was not shown.
  public var error: Float?
  /// Nil while the patient is being learnt; and for windows of poor quality, unless they are
  /// about a beat.
  public var score: Float?
  public var limit: Float
  public var quality: Float
  /// Over the limit, and of a quality that lets it count towards an alarm.
  public var isFlagged: Bool
}

extension Shard {
  /// Puts a completed window into the batch.
  func add(_ range: Range<Int64>, beat: Beat?, of stream: StreamPipeline) {
    let quality = stream.path.quality.quality(of: range)
    batch.add(
      stream.path.signal, from: range.lowerBound,
      WindowBatch.Entry(
        slot: stream.slot, start: stream.sample(at: range.lowerBound),
        end: stream.sample(at: range.upperBound - 1), startIndex: range.lowerBound,
        quality: quality, isUsable: stream.canJudge(quality),
        beat: beat.map { stream.sample(at: $0.fiducial) }, receivedNs: stream.lastReceivedNs))
    stream.pending += 1
    if batch.isFull { flush() }
  }

  /// Shows a beat to the patient's model, and puts its window into the batch where it can be
  /// scored already. A beat of poor quality is scored and raises no alarm; one of no quality at
  /// all, as where samples are missing or the lead is off, is passed over.
  func add(beatAt fiducial: Int64, of stream: StreamPipeline) {
    let start = fiducial - Int64(BeatExcerpt.before)
    let range = start..<(fiducial + Int64(BeatExcerpt.after))
    let quality = stream.path.quality.quality(of: range)
    guard quality.index > 0 else {
      stream.counters.unusable += 1
      stream.scorer.patient!.breakOff()
      keepUnscored(fiducial, range, quality, of: stream)
      stream.irregularity.breakOff()
      return
    }
    let entry = WindowBatch.Entry(
      slot: stream.slot, start: stream.sample(at: range.lowerBound),
      end: stream.sample(at: range.upperBound - 1), startIndex: range.lowerBound,
      quality: quality, isUsable: stream.canJudge(quality), beat: stream.sample(at: fiducial),
      receivedNs: stream.lastReceivedNs)
    let isAdded = batch.add(
      stream.path.signal, beatAt: fiducial, offset: stream.patientOffset,
      to: &stream.scorer.patient!,
      entry)
    guard isAdded else {
      keepUnscored(fiducial, range, quality, of: stream)
      return
    }
    stream.pending += 1
    judgeRhythm(of: stream, entry, range)
    if batch.isFull { flush() }
  }

  /// For those who ask for every score: a beat that the network is not shown has none.
  private func keepUnscored(
    _ fiducial: Int64, _ range: Range<Int64>, _ quality: Quality, of stream: StreamPipeline
  ) {
    guard scores != nil else { return }
    // Those before it come first, however long they would have waited.
    settle(stream)
    scores?.append(
      WindowScore(
        slot: stream.slot, start: stream.sample(at: range.lowerBound),
        end: stream.sample(at: range.upperBound - 1), beat: stream.sample(at: fiducial),
        error: nil, score: nil, limit: stream.limit, quality: quality.index, isFlagged: false))
  }

  /// Whether windows wait in the batch.
  public var hasWaitingWindows: Bool { !batch.entries.isEmpty }

  /// Runs the windows that wait through the network and draws the conclusions, in the order in
  /// which they were completed.
  public func flush() {
    guard hasWaitingWindows else { return }
    batch.engine.run(count: batch.entries.count)
    let nowNs = clock?()
    let count = batch.entries.count
    for i in 0..<count {
      // As in `expect`: what comes next is fetched while the present one is concluded.
      if i + 2 < count { streams.prefetchJudge(slot: batch.entries[i + 2].slot) }
      if i + 1 < count { streams.prefetchConclusion(slot: batch.entries[i + 1].slot) }
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
    let error = batch.error(slot: i)
    stream.counters.windows += 1
    if !entry.isUsable { stream.counters.unusable += 1 }
    var finding = Finding(
      score: nil, limit: stream.limit, judged: nil, worst: worst(error, entry, of: stream))
    if entry.pendingBeat != nil {
      judgeBeat(entry, at: i, of: stream, &finding)
    } else if entry.isUsable {
      finding.score = stream.scorer.process(error: error.total, limit: stream.limit)
      finding.judged = finding.score
    }
    if let score = finding.score, entry.isUsable { stream.lastScore = score }
    scores?.append(
      WindowScore(
        slot: stream.slot, start: entry.start, end: entry.end,
        beat: entry.beat, error: error.total, score: finding.score, limit: finding.limit,
        quality: entry.quality.index,
        isFlagged: finding.judged.map { $0 >= finding.limit } ?? false))
    rememberReconstruction(entry, at: i, of: stream)
    tellWindow(entry, at: i, score: finding.score, of: stream)
    judgeWindow(finding, entry, of: stream)
  }

  private func worst(
    _ error: (total: Float, worst: Range<Int>, share: Float), _ entry: WindowBatch.Entry,
    of stream: StreamPipeline
  ) -> WorstSegment {
    WorstSegment(
      start: stream.sample(at: entry.startIndex + Int64(error.worst.lowerBound)),
      end: stream.sample(at: entry.startIndex + Int64(error.worst.upperBound)),
      error: error.total * error.share, share: error.share)
  }
}

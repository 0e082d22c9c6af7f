import ECGCore

/// Joins the segments of a multi-segment record into leads as long as the whole record.
///
/// A record of variable layout begins with a segment of length 0 whose header lists every signal
/// that occurs; in each other segment a lead may be absent, and is NaN there.
struct SegmentReader {
  let base: String
  let header: WFDBHeader
  let verifiesChecksums: Bool

  func read() throws(WFDBError) -> ([RecordedLead], Int) {
    // Saturated, so that absurd lengths stay comparable.
    let total = header.segments.reduce(0) { min($0 + $1.frameCount, WFDBHeader.maximumFrames) }
    guard total <= WFDBRecord.maximumFrames else {
      throw bad(
        header.segments[0], "\(total) frames are more than \(WFDBRecord.maximumFrames)")
    }
    if let announced = header.frameCount, announced != total {
      throw bad(
        header.segments[0], "expected \(announced) frames in all segments, found \(total)")
    }
    var tracks: [Track] = []
    if header.segments[0].frameCount == 0 {
      for signal in try segmentHeader(header.segments[0]).signals {
        tracks.append(Track(signal.description))
      }
    }
    let isVariable = !tracks.isEmpty
    var frames = 0
    for segment in header.segments where segment.frameCount > 0 {
      if !segment.isGap {
        try append(segment, at: frames, isVariable: isVariable, to: &tracks)
      }
      frames += segment.frameCount
    }
    let rate = SampleRate(hertz: header.sampleRateHz)!
    return (tracks.map { $0.lead(frames: frames, rate: rate) }, frames)
  }

  private func bad(_ segment: WFDBSegment, _ what: String) -> WFDBError {
    .badSegment(record: header.recordName, segment: segment.recordName, what: what)
  }

  private func segmentHeader(_ segment: WFDBSegment) throws(WFDBError) -> WFDBHeader {
    guard !segment.recordName.contains("/") else {
      throw bad(segment, "a segment lies beside its header")
    }
    let header = try WFDBRecord.readHeader(base: folder(of: base) + segment.recordName)
    guard header.segments.isEmpty else { throw bad(segment, "a segment cannot have segments") }
    return header
  }

  private func append(
    _ segment: WFDBSegment, at frame: Int, isVariable: Bool, to tracks: inout [Track]
  ) throws(WFDBError) {
    let part = try segmentHeader(segment)
    guard part.sampleRateHz == header.sampleRateHz else {
      throw bad(segment, "expected \(header.sampleRateHz) Hz, found \(part.sampleRateHz)")
    }
    let reader = SignalReader(
      base: folder(of: base) + segment.recordName, header: part,
      verifiesChecksums: verifiesChecksums)
    let (leads, frames) = try reader.read()
    guard frames == segment.frameCount else {
      throw bad(segment, "expected \(segment.frameCount) frames, found \(frames)")
    }
    if tracks.isEmpty { tracks = leads.map { Track($0.name) } }
    guard isVariable || leads.count == tracks.count else {
      throw bad(segment, "expected \(tracks.count) signals, found \(leads.count)")
    }
    for (index, lead) in leads.enumerated() where lead.samples.count > 0 {
      // Signals of a fixed layout correspond by position, those of a variable one by name.
      let slot = isVariable ? tracks.firstIndex { $0.name == lead.name } : index
      guard let slot else { throw bad(segment, "signal \(lead.name) is not in the layout") }
      let perFrame = lead.samples.count / frames
      guard tracks[slot].accept(lead, at: frame, perFrame: perFrame) else {
        throw bad(segment, "signal \(lead.name) changes its samples per frame or its unit")
      }
    }
  }
}

/// A lead that grows segment by segment.
private struct Track {
  let name: String
  private var unit: PhysicalUnit? = nil
  private var perFrame = 1
  private var samples: [Float] = []
  /// Nil once two segments disagree on the gain or the baseline.
  private var digital: [Int32]? = []
  private var scale: (gain: Float, baseline: Int32)? = nil

  init(_ name: String) { self.name = name }

  mutating func accept(_ lead: RecordedLead, at frame: Int, perFrame: Int) -> Bool {
    guard unit == nil || (unit == lead.unit && self.perFrame == perFrame) else { return false }
    unit = lead.unit
    self.perFrame = perFrame
    pad(to: frame)
    samples += lead.samples
    guard let digital = lead.digital else { return false }
    if scale == nil { scale = (digital.gain, digital.baseline) }
    if scale! == (digital.gain, digital.baseline) {
      self.digital?.append(contentsOf: digital.values)
    } else {
      self.digital = nil
    }
    return true
  }

  private mutating func pad(to frame: Int) {
    let gap = frame * perFrame - samples.count
    samples += repeatElement(.nan, count: gap)
    digital?.append(contentsOf: repeatElement(DigitalSamples.missing, count: gap))
  }

  func lead(frames: Int, rate: SampleRate) -> RecordedLead {
    var whole = self
    whole.pad(to: frames)
    let hertz = rate.hertz * Double(perFrame)
    return RecordedLead(
      name: name, unit: unit ?? .millivolts, sampleRate: SampleRate(hertz: hertz) ?? rate,
      samples: whole.samples,
      digital: whole.digital.flatMap { values in
        scale.map { DigitalSamples(values: values, gain: $0.gain, baseline: $0.baseline) }
      })
  }
}

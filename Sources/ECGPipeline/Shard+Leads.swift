import ECGAlarm
import ECGCore
import ECGModel
import ECGSignal

extension Shard {
  /// Takes samples of the stream's leads from one place on: of the judged one for good, of the
  /// others to see whether one of them would be better.
  ///
  /// - Parameter samples: all of lead 0, all of lead 1, ...
  func feed(
    _ samples: Span<Float>, from start: Int, at place: PacketPlace, to stream: StreamPipeline
  ) {
    let count = place.count
    var at = start
    stream.counters.samples += UInt64(count - start)
    while at < count {
      // Leads are compared at the same samples however these were cut into packets.
      let end = min(count, at + min(SignalPath.maximumBlock, stream.leads.left))
      let from = stream.leads.judged * count
      let block = samples.extracting((from + at)..<(from + end))
      for i in 0..<block.count where block[i].isNaN { stream.counters.missing += 1 }
      load(block, of: stream)
      for lead in 0..<stream.leads.count {
        stream.leads.scout(
          lead, samples.extracting((lead * count + at)..<(lead * count + end)))
      }
      if stream.leads.advance(end - at) { compareLeads(of: stream, at: place.first + end) }
      at = end
    }
  }

  private func compareLeads(of stream: StreamPipeline, at next: SampleNumber) {
    guard !stream.isBridging else { return }
    let old = stream.leads.judged
    let quality = stream.recentQuality()
    guard let new = stream.leads.compare(quality, least: stream.settings.minimumQuality) else {
      return
    }
    judgeLead(new, insteadOf: old, of: stream, at: next)
  }

  /// Judges another lead from the next sample on. What was learnt on the old one waits for its
  /// return; alarms about the patient go on with what the new one shows, those about the old lead
  /// end.
  private func judgeLead(
    _ new: Int, insteadOf old: Int, of stream: StreamPipeline, at next: SampleNumber
  ) {
    settle(stream)
    let last = next - 1
    for name in [StreamCondition.leadOff, .signalQuality, .baselineDrift] {
      _ = stream.conditions[name.rawValue].close(at: last)
      tell(.close, name, of: stream, at: last, lead: old)
    }
    // The alert tells why: the quality of the lead that is left.
    let quality = stream.recentQuality()
    restartPath(of: stream, at: next)
    stream.exchangeLead(old, for: new)
    stream.counters.leadChanges += 1
    let index = StreamCondition.leadChange.rawValue
    let transition = stream.conditions[index].process(
      new == 0 ? .clear : .exceeding, start: last, end: last)
    if let transition {
      draft(transition, .leadChange, of: stream, quality: quality)
    } else {
      tell(.goOn, .leadChange, of: stream, at: last, quality: quality)
    }
  }
}

extension StreamPipeline {
  /// Puts by what belongs to one lead, and goes on with what is known of another.
  func exchangeLead(_ old: Int, for new: Int) {
    leads.exchange(old, for: new) { other in
      swap(&scorer, &other.scorer)
      swap(&judge, &other.judge)
      swap(&irregularity, &other.irregularity)
      swap(&memory, &other.memory)
      swap(&net, &other.net)
      swap(&patientOffset, &other.patientOffset)
    }
    judge.breakOff()
    lastScore = nil
  }
}

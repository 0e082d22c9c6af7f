import ECGCore
import ECGRecords
import ECGWire
import FoundationEssentials

/// What a replay sent, and what it made go wrong.
struct ReplayReport: Encodable {
  struct Stream: Encodable {
    var name: String
    var packets: Int
    var samplesPerLead: Int
    var dropped: Int
    var duplicated: Int
    var reordered: Int
    var sent: Int
  }

  struct Faults: Encodable {
    var drop: Double
    var duplicate: Double
    var reorder: Double
    var driftPartsPerMillion: Double
    var leadOffSeconds: [[Double]]
    var noise: String?
    var snrDecibels: Double?
    var seed: UInt64
  }

  var record: String
  var leads: [String]
  var sampleRateHz: Double
  var sampleFormat: String
  var packetSamples: Int
  var speed: String
  var seconds: Double
  var wasInterrupted: Bool
  var packetsSent: Int
  var streams: [Stream]
  var faults: Faults

  init(
    source: ReplaySource, streams: [ReplayStream], plan: FaultPlan, noise: String?, snr: Double?,
    speed: ReplaySpeed, seconds: Double, wasInterrupted: Bool
  ) {
    record = source.name
    leads = source.leads.map { $0.packetLead.lead.name }
    sampleRateHz = source.rate.hertz
    sampleFormat = "\(source.format)"
    packetSamples = source.packetSamples
    self.speed = speed.description
    self.seconds = seconds
    self.wasInterrupted = wasInterrupted
    self.streams = streams.map { stream in
      Stream(
        name: stream.stream.name, packets: stream.counts.offered,
        samplesPerLead: stream.samplesOffered, dropped: stream.counts.dropped,
        duplicated: stream.counts.duplicated, reordered: stream.counts.reordered,
        sent: stream.counts.sent)
    }
    packetsSent = streams.reduce(0) { $0 + $1.counts.sent }
    faults = Faults(
      drop: plan.dropProbability, duplicate: plan.duplicateProbability,
      reorder: plan.reorderProbability, driftPartsPerMillion: plan.clockDriftPartsPerMillion,
      leadOffSeconds: plan.leadOff.map {
        [Double($0.start) / source.rate.hertz, Double($0.length) / source.rate.hertz]
      }, noise: noise, snrDecibels: snr, seed: plan.seed)
  }

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Every field is finite, so that encoding cannot fail.
    return String(decoding: try! encoder.encode(self), as: UTF8.self)
  }

  var text: String {
    var lines = [
      "\(record): leads \(leads.joined(separator: ", ")) at \(sampleRateHz) Hz as "
        + "\(sampleFormat), \(packetSamples) samples a packet, speed \(speed)"
    ]
    for stream in streams {
      var line =
        "\(stream.name): \(stream.packets) packets, \(stream.samplesPerLead) samples a lead"
      if stream.dropped + stream.duplicated + stream.reordered > 0 {
        line += "; \(stream.dropped) dropped, \(stream.duplicated) duplicated, "
        line += "\(stream.reordered) reordered; \(stream.sent) sent"
      }
      lines.append(line)
    }
    for stretch in faults.leadOffSeconds {
      lines.append("lead off from \(stretch[0]) s for \(stretch[1]) s")
    }
    if let noise = faults.noise, let snr = faults.snrDecibels {
      lines.append("noise \(noise) at \(snr) dB")
    }
    if faults.driftPartsPerMillion != 0 {
      lines.append("device clock fast by \(faults.driftPartsPerMillion) parts per million")
    }
    let end = wasInterrupted ? "interrupted after" : "sent in"
    lines.append(
      "\(packetsSent) packets \(end) \((seconds * 100).rounded() / 100) s, seed \(faults.seed)")
    return lines.joined(separator: "\n")
  }
}

import ECGCore
import ECGModel
import ECGRecords
import ECGSignal
import Foundation

/// A recording's lead behind the daemon's filters, and behind its denoiser, sample by sample in
/// step: the denoiser's look-ahead is taken out.
struct CleanedRecord {
  let filtered: [Float]
  private(set) var cleaned: [Float] = []
  /// The network's mean share, 0 to 1.
  private(set) var networkShare = 0.0
  let rate: SampleRate

  init(_ samples: [Float], rate input: SampleRate, _ denoiser: Denoiser) throws {
    let manifest = denoiser.manifest
    let edge = { (filter: ModelManifest.Filters.Butterworth) in
      ConditionerPlan.Edge(hertz: filter.hertz, order: filter.order)
    }
    let plan = ConditionerPlan(
      inputRate: input, outputRate: manifest.sampleRate,
      highPass: manifest.filters.highPass.map(edge), lowPass: manifest.filters.lowPass.map(edge))
    let filtered = SignalExtraction.condition(samples, try ConditionerDesign(plan))
    self.init(filtered, denoiser)
  }

  /// From a signal that is conditioned already.
  init(_ filtered: [Float], _ denoiser: Denoiser) {
    let manifest = denoiser.manifest
    self.filtered = filtered
    rate = manifest.sampleRate
    cleaned.reserveCapacity(filtered.count)
    let stream = DenoiserStream(denoiser)
    var share = 0.0
    // The last sample stands for those behind the end that the look-ahead asks for.
    let behind = manifest.lookaheadSamples + manifest.hopSamples
    for i in 0..<(filtered.count + behind) where cleaned.count < filtered.count {
      guard stream.process(filtered[min(i, filtered.count - 1)]) else { continue }
      for j in 0..<manifest.hopSamples { cleaned.append(stream[j]) }
      share += Double(stream.networkShare) * Double(manifest.hopSamples)
    }
    networkShare = cleaned.isEmpty ? 0 : share / Double(cleaned.count)
    cleaned.removeLast(max(0, cleaned.count - filtered.count))
  }

  var summary: String {
    let seconds = Double(filtered.count) / rate.hertz
    let changed = zip(filtered, cleaned).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    let power = filtered.reduce(0.0) { $0 + Double($1 * $1) }
    let part = power > 0 ? 100 * changed / power : 0
    return "\(Int(seconds)) s cleaned at \(rate); \(decimals(part, 1))% of the power taken away; "
      + "the network's mean share \(decimals(networkShare, 2))"
  }

  /// Writes a CSV file, or else a WFDB record of format 16 in tenths of a microvolt.
  func write(to path: String, name: String) throws {
    if path.hasSuffix(".csv") {
      var text = "time,filtered,cleaned\n"
      for i in filtered.indices {
        text += "\(decimals(Double(i) / rate.hertz, 6)),\(filtered[i]),\(cleaned[i])\n"
      }
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[..<$0]) } ?? "."
    let record = String(path[(slash.map { path.index(after: $0) } ?? path.startIndex)...])
    let gain = 1000.0
    func signal(_ samples: [Float], _ what: String) -> WFDBWriter.Signal {
      WFDBWriter.Signal(
        line: WFDBSignal(
          fileName: "\(record).dat", format: .int16, gain: gain,
          description: "\(name) \(what)"),
        values: samples.map {
          Int32(min(32_767, max(-32_767, (Double($0) * gain).rounded())))
        })
    }
    try WFDBWriter(
      name: record, sampleRateHz: rate.hertz,
      signals: [signal(filtered, "filtered"), signal(cleaned, "cleaned")]
    ).write(toFolder: folder.isEmpty ? "/" : folder)
  }
}

/// A number with so many decimals.
func decimals(_ value: Double, _ count: Int) -> String {
  guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
  var factor = 1.0
  for _ in 0..<count { factor *= 10 }
  let scaled = Int64((abs(value) * factor).rounded())
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard count > 0 else { return "\(sign)\(scaled)" }
  let digits = String(scaled % Int64(factor))
  let padded = String(repeating: "0", count: count - digits.count) + digits
  return "\(sign)\(scaled / Int64(factor)).\(padded)"
}

import ECGCore
import ECGPipeline
import ECGRecords
import ECGSignal

/// Which lead of a recording is judged.
enum LeadChoice: Sendable {
  /// The first of these names that the recording has, or else its first ECG lead.
  case preferred([String])
  /// This one and no other.
  case named(String)
  /// The one whose signal is best, found without annotations.
  case best

  init(_ option: String?, preferred: [String]) {
    switch option {
    case nil: self = .preferred(preferred)
    case "best": self = .best
    case let name?: self = .named(name)
    }
  }

  func lead(of recording: Recording) throws(ReplayError) -> RecordedLead {
    let ecg = recording.leads.filter(\.isECG)
    guard let first = ecg.first else { throw .data("\(recording.name): no ECG lead") }
    switch self {
    case .preferred(let names):
      return names.lazy.compactMap { name in ecg.first { $0.name == name } }.first
        ?? names.lazy.compactMap { name in
          ecg.first { Self.plain($0.name) == Self.plain(name) }
        }.first ?? first
    case .named(let name):
      guard let lead = recording.lead(named: name) else {
        let known = recording.leads.map(\.name).joined(separator: ", ")
        throw .data("\(recording.name): no lead \"\(name)\"; there are: \(known)")
      }
      return lead
    case .best:
      if ecg.count == 1 { return first }
      let worths = ecg.map(LeadWorth.init)
      let best = worths.indices.max { worths[$0] < worths[$1] }!
      return ecg[best]
    }
  }
}

extension LeadChoice {
  /// "Lead II", "ECG II", "D2" and "ML2" are spellings of II and MLII.
  private static func plain(_ name: String) -> String {
    var word = name.uppercased().filter { $0.isLetter || $0.isNumber }
    for prefix in ["LEAD", "ECG"] where word.hasPrefix(prefix) && word.count > prefix.count + 1 {
      word.removeFirst(prefix.count)
    }
    return ["D2": "II", "DII": "II", "L2": "II", "ML2": "MLII", "MII": "MLII"][word] ?? word
  }
}

/// How good a lead's signal is over its first minutes: the daemon's own quality index, and among
/// leads of like quality how far the beats stand out of what lies between them.
struct LeadWorth: Comparable {
  private let quality: Double
  private let prominence: Double

  private static let seconds = 300.0
  /// Qualities that differ by less are alike.
  private static let step = 0.05

  init(_ lead: RecordedLead) {
    var sum = 0.0
    var count = 0
    var peaks: [Float] = []
    var between: [Float] = []
    let rate = SampleRate(hertz: 128)!
    guard
      let design = try? ConditionerDesign(
        ConditionerPlan(inputRate: lead.sampleRate, outputRate: rate))
    else {
      (quality, prominence) = (0, 0)
      return
    }
    var path = SignalPath(design, .sliding(length: 128, hop: 128))
    let end = min(lead.samples.count, lead.sampleRate.samples(seconds: Self.seconds))
    for start in stride(from: 0, to: end, by: SignalPath.maximumBlock) {
      path.load(lead.samples.span.extracting(start..<min(start + SignalPath.maximumBlock, end)))
      while let event = path.next() {
        switch event {
        case .window(let range, _):
          let quality = path.quality.quality(of: range)
          sum += quality.isLeadOff ? 0 : Double(quality.index)
          count += 1
        case .beat(let beat):
          peaks.append(Self.swing(path, around: beat.fiducial, reach: 10))
          between.append(Self.swing(path, around: beat.fiducial - 38, reach: 10))
        case .second, .excerpt: break
        }
      }
    }
    quality = count > 0 ? sum / Double(count) : 0
    let (peak, rest) = (Self.median(peaks), Self.median(between))
    prominence = rest > 0 ? Double(peak / rest) : 0
  }

  /// From the lowest to the highest value of the conditioned signal nearby.
  private static func swing(_ path: SignalPath, around centre: Int64, reach: Int64) -> Float {
    let range = max(0, centre - reach)..<max(0, min(path.signal.endIndex, centre + reach))
    let values = range.map { path.signal[$0] }
    return (values.max() ?? 0) - (values.min() ?? 0)
  }

  private static func median(_ values: [Float]) -> Float {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }

  static func < (a: LeadWorth, b: LeadWorth) -> Bool {
    let (first, second) = ((a.quality / step).rounded(), (b.quality / step).rounded())
    return first == second ? a.prominence < b.prominence : first < second
  }
}

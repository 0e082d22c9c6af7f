import ECGCore
import ECGRecords

/// A drawing of a stretch: the filtered signal above, the cleaned one below it on the same scale,
/// and the beats' classes where they are known.
struct DenoisePlot {
  let title: String
  let rateHz: Double
  let from: Double
  let seconds: Double

  private static let width = 1200.0
  private static let height = 420.0
  private static let margin = 50.0

  func svg(
    _ record: CleanedRecord, beats: [ECGRecords.Beat], _ lead: RecordedLead
  ) -> String {
    let start = min(record.filtered.count, max(0, Int(from * rateHz)))
    let end = min(record.filtered.count, start + max(1, Int(seconds * rateHz)))
    let stretch = start..<max(start, end)
    let size = stretch.reduce(Float(0.1)) {
      max($0, abs(record.filtered[$1]), abs(record.cleaned[$1]))
    }
    let half = (Self.height - Self.margin) / 4
    let scale = half / Double(size)
    var text =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(Self.width)) "
      + "\(Int(Self.height))\" font-family=\"sans-serif\" font-size=\"13\">\n"
      + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      + "<text x=\"\(Int(Self.margin))\" y=\"18\">\(escaped(title)), from \(from) s; "
      + "one side is \(decimals(Double(size), 2)) mV</text>\n"
    let rows = [("filtered", record.filtered, "#888"), ("cleaned", record.cleaned, "#0a5")]
    for (row, (name, samples, colour)) in rows.enumerated() {
      let middle = 40 + half * Double(2 * row + 1)
      text += "<text x=\"4\" y=\"\(decimals(middle, 0))\">\(name)</text>\n"
      text += "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.3\" points=\""
      for i in stretch {
        let y = middle - Double(samples[i]) * scale
        text += "\(decimals(x(i, start), 1)),\(decimals(y, 1)) "
      }
      text += "\"/>\n"
    }
    for beat in beats {
      let place = Int(Double(beat.sample) * rateHz / lead.sampleRate.hertz)
      guard stretch.contains(place) else { continue }
      text +=
        "<text x=\"\(decimals(x(place, start), 1))\" y=\"36\" text-anchor=\"middle\">"
        + "\(beat.beatClass)</text>\n"
    }
    return text + "</svg>\n"
  }

  private func x(_ sample: Int, _ start: Int) -> Double {
    2 * Self.margin + Double(sample - start) / (seconds * rateHz)
      * (Self.width - 2.5 * Self.margin)
  }

  private func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
    return result
  }
}

import ECGAlarm
import ECGWire
import Foundation

/// A strip on ECG paper as SVG: 25 mm/s and 10 mm/mV in true millimetres, two rows of ten seconds,
/// the reconstruction over the ECG, and the error trace under each.
struct StripPaper {
  let strip: AlertStrip
  let event: AlertEvent

  private static let mmPerSecond = 25.0
  private static let mmPerMillivolt = 10.0
  private static let margin = 10.0
  private static let heading = 16.0
  private static let errorHeight = 15.0
  private static let rowGap = 8.0

  var svg: String {
    let rate = strip.valueRateHz
    let halves = [0..<strip.onsetIndex, strip.onsetIndex..<strip.ecg.count].filter { !$0.isEmpty }
    let seconds = halves.map { Double($0.count) / rate }.max() ?? 10
    let values = (strip.ecg + strip.reconstruction).filter(\.isFinite).map(Double.init)
    // Whole large squares above and below what is drawn, and never less than 3 mV of paper.
    let top = max(1.5, ((values.max() ?? 1) / 0.5).rounded(.up) * 0.5)
    let bottom = min(-1.5, ((values.min() ?? -1) / 0.5).rounded(.down) * 0.5)
    let paper = (top - bottom) * Self.mmPerMillivolt
    let wide = (seconds * Self.mmPerSecond / 5).rounded(.up) * 5
    let row = paper + Self.errorHeight + Self.rowGap
    let width = wide + 2 * Self.margin
    let height = Self.heading + row * Double(halves.count) + Self.margin
    var out = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(mm(width))mm" height="\(mm(height))mm" \
      viewBox="0 0 \(mm(width)) \(mm(height))" font-family="sans-serif" font-size="3.2">
      <defs>
      <pattern id="small" width="1" height="1" patternUnits="userSpaceOnUse">\
      <path d="M1 0H0V1" fill="none" stroke="#f0b8b8" stroke-width="0.1"/></pattern>
      <pattern id="large" width="5" height="5" patternUnits="userSpaceOnUse">\
      <rect width="5" height="5" fill="url(#small)"/>\
      <path d="M5 0H0V5" fill="none" stroke="#e08080" stroke-width="0.25"/></pattern>
      </defs>
      <rect width="100%" height="100%" fill="#ffffff"/>
      <text x="\(mm(Self.margin))" y="6" font-size="4" font-weight="bold">\(escaped(title))</text>
      <text x="\(mm(Self.margin))" y="11.5">\(escaped(subtitle))</text>

      """
    let limit = max(0.5, strip.error.filter(\.isFinite).map { Double(abs($0)) }.max() ?? 0)
    for (number, half) in halves.enumerated() {
      let y = Self.heading + row * Double(number)
      out += """
        <g transform="translate(\(mm(Self.margin)) \(mm(y)))">
        <rect width="\(mm(wide))" height="\(mm(paper))" fill="#fff7f5"/>
        <rect width="\(mm(wide))" height="\(mm(paper))" fill="url(#large)" stroke="#e08080" stroke-width="0.25"/>

        """
      let scale = { (value: Float) in (top - Double(value)) * Self.mmPerMillivolt }
      out += path(strip.reconstruction, half, rate, "#0072b2", 0.35, scale)
      out += path(strip.ecg, half, rate, "#101010", 0.3, scale)
      let base = paper + Self.errorHeight - 1
      out += area(half, rate, base: base, height: Self.errorHeight - 3, limit: limit)
      if half.lowerBound == strip.onsetIndex {
        out += """
          <path d="M0 0V\(mm(paper + Self.errorHeight))" stroke="#d55e00" stroke-width="0.5"/>
          <text x="1" y="4" fill="#d55e00">onset</text>

          """
      }
      out += """
        <text x="\(mm(wide - 1))" y="\(mm(paper + 4))" text-anchor="end" fill="#b35000">\
        |ECG - network|, full height \(String(format: "%.2f", limit)) mV</text>
        </g>

        """
    }
    return out + "</svg>\n"
  }

  private var title: String {
    "\(event.stream ?? "ecgd")   \(WatchLine.words(event.condition))   \(event.priority.rawValue)   \(event.alarm)"
  }

  private var subtitle: String {
    let time = event.onset?.time.map { "onset \($0)   " } ?? ""
    return "\(time)lead \(event.lead ?? "-")   25 mm/s   10 mm/mV   conditioned signal (black), "
      + "network (blue)" + (strip.isWhole ? "" : "   not all of the strip was there")
  }

  /// One curve, broken where values are missing.
  private func path(
    _ values: [Float], _ range: Range<Int>, _ rate: Double, _ colour: String, _ width: Double,
    _ scale: (Float) -> Double
  ) -> String {
    var d = ""
    var isDrawing = false
    for i in range {
      guard values[i].isFinite else {
        isDrawing = false
        continue
      }
      let x = Double(i - range.lowerBound) / rate * Self.mmPerSecond
      d += "\(isDrawing ? "L" : "M")\(mm(x)) \(mm(scale(values[i])))"
      isDrawing = true
    }
    return
      "<path d=\"\(d)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(width)\" stroke-linejoin=\"round\"/>\n"
  }

  private func area(
    _ range: Range<Int>, _ rate: Double, base: Double, height: Double, limit: Double
  ) -> String {
    let error = strip.error
    var d = "M0 \(mm(base))"
    for i in range {
      let x = Double(i - range.lowerBound) / rate * Self.mmPerSecond
      let value = error[i].isFinite ? Double(abs(error[i])) : 0
      d += "L\(mm(x)) \(mm(base - value / limit * height))"
    }
    d += "L\(mm(Double(range.count - 1) / rate * Self.mmPerSecond)) \(mm(base))Z"
    return "<path d=\"\(d)\" fill=\"#e69f00\" stroke=\"none\"/>\n"
  }

  private func mm(_ value: Double) -> String { String(format: "%.2f", value) }

  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}

import ECGWire
import Foundation

/// A strip in braille dots: the ECG over its reconstruction in two rows of ten seconds each, with
/// the error under them.
struct StripDrawing {
  let strip: AlertStrip
  let columns: Int

  var text: String {
    let wide = max(20, columns - 9)
    var lines: [String] = []
    let halves = [0..<strip.onsetIndex, strip.onsetIndex..<strip.ecg.count]
    let values = (strip.ecg + strip.reconstruction).filter(\.isFinite)
    let range = Double(values.min() ?? -1)...Double(values.max() ?? 1)
    let errors = strip.error.filter(\.isFinite).map { Double(abs($0)) }
    let most = max(errors.max() ?? 0, 0.01)
    let longest = halves.map(\.count).max() ?? 1
    for (number, half) in halves.enumerated() where !half.isEmpty {
      let part = max(2, wide * half.count / max(longest, 1))
      lines.append(number == 0 ? "before the onset" : "from the onset on")
      let ecg = strip.ecg[half].map(Double.init)
      let made = strip.reconstruction[half].map(Double.init)
      lines += labelled(
        BrailleCurve.lines([ecg], columns: part, rows: 5, range: range), range, "mV")
      lines += labelled(
        BrailleCurve.lines([made], columns: part, rows: 3, range: range), range, "net")
      let error = strip.error[half].map { Double(abs($0)) }
      lines += labelled(
        BrailleCurve.lines([error], columns: part, rows: 2, range: 0...most), 0...most, "err")
    }
    lines.append(
      String(
        format: "%.1f s before and %.1f s after the onset%@; conditioned signal, %g Hz",
        Double(strip.onsetIndex) / strip.valueRateHz,
        Double(strip.ecg.count - strip.onsetIndex) / strip.valueRateHz,
        strip.isWhole ? "" : " (not all of it was there)", strip.valueRateHz))
    return lines.joined(separator: "\n")
  }

  private func labelled(
    _ rows: [String], _ range: ClosedRange<Double>, _ unit: String
  ) -> [String] {
    rows.indices.map { i in
      let label =
        i == 0
        ? String(format: "%.2f", range.upperBound)
        : i == rows.count - 1 ? String(format: "%.2f", range.lowerBound) : i == 1 ? unit : ""
      return WatchLine.right(label, 7) + "  " + rows[i]
    }
  }
}

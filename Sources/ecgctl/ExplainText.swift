import ECGWire
import Foundation

/// A stream's explanation for a terminal: words, and curves of braille dots.
struct ExplainText {
  private let explanation: StreamExplanation
  private static let width = 72

  init(_ explanation: StreamExplanation) { self.explanation = explanation }

  var text: String {
    var lines = [heading]
    if let learnt = StatusTable.learnt(explanation.stream) { lines.append(learnt) }
    lines += ["", "Normal beats"]
    for reference in explanation.references {
      lines.append(
        "  " + ExplainWords.reference(reference, explanation.stream.learnt?.references ?? []))
      lines += BrailleCurve.lines([reference.shape], columns: Self.width / 2, rows: 4)
    }
    if explanation.references.isEmpty { lines.append("  none yet") }
    if !explanation.trend.scores.isEmpty {
      lines += ["", "Score of the last \(explanation.trend.scores.count) beats, and the limit"]
      lines += BrailleCurve.lines(
        [explanation.trend.scores, explanation.trend.limits], columns: Self.width, rows: 4,
        range: 0...1)
    }
    guard let beat = explanation.lastAbnormal else {
      return (lines + ["", "No beat was over the limit yet."]).joined(separator: "\n")
    }
    lines += ["", "Last beat over the limit"]
    lines += ExplainWords.beat(beat, explanation.stream).map { "  " + $0 }
    lines.append("  the beat")
    let all = beat.window + beat.reference
    let range = (all.min() ?? 0)...(all.max() ?? 1)
    lines += BrailleCurve.lines([beat.window], columns: Self.width / 2, rows: 5, range: range)
    lines.append("  the nearest of this patient's normal beats")
    lines += BrailleCurve.lines([beat.reference], columns: Self.width / 2, rows: 5, range: range)
    return lines.joined(separator: "\n")
  }

  private var heading: String {
    let stream = explanation.stream
    var text =
      "\(stream.id)   lead \(stream.lead ?? "-")   \(StatusTable.words(stream.state.rawValue))"
    if let rate = stream.heartRate { text += String(format: "   %.0f bpm", rate) }
    if let limit = stream.limit { text += String(format: "   limit %.3f", limit) }
    return text
  }
}

/// What is said of an explanation, in the terminal and beside the picture.
enum ExplainWords {
  static func reference(
    _ reference: StreamExplanation.Reference, _ facts: [StatusReport.Learnt.Reference]
  ) -> String {
    var text = String(
      format: "beat %d: %.0f%% of the beats", reference.index, 100 * reference.share)
    if let fact = facts.first(where: { $0.index == reference.index }) {
      text += String(
        format: ", QRS %.0f ms, %.2f mV, %.0f%% as it was learnt", fact.widthMs,
        fact.amplitudeMillivolts, 100 * fact.constancy)
      if let likeness = fact.ventricularLikeness {
        text += String(format: ", %.0f%% like other patients' ventricular beats", 100 * likeness)
      }
    }
    return text
  }

  static func beat(_ beat: StreamExplanation.Beat, _ stream: StatusReport.Stream) -> [String] {
    let found = beat.explanation
    let time = stream.sampleRateHz > 0 ? Double(beat.sample) / stream.sampleRateHz : 0
    let segments = found.segments
    return [
      String(
        format: "at sample %lld (%@), score %.3f, limit %.3f", beat.sample,
        StatusTable.duration(time), beat.score, beat.limit),
      String(
        format: "%@ speaks: shape %+.1f, timing %+.1f log-odds; pace %.2f of the usual", found.part,
        found.shape, found.timing, found.pace),
      String(
        format: "error over the usual one: %.1f before the QRS, %.1f in it, %.1f after it",
        segments.beforeQRS, segments.qrs, segments.afterQRS),
      String(
        format: "nearest normal beat: %d, similarity %.2f, %.0f%% of the beats",
        found.reference.index, found.reference.similarity, 100 * found.reference.share),
    ]
  }
}

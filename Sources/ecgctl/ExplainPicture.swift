import ECGWire
import Foundation

/// A stream's explanation as an SVG picture: normal beats, the last abnormal one, the scores.
struct ExplainPicture {
  private let explanation: StreamExplanation
  private static let width = 760.0
  private static let margin = 24.0

  init(_ explanation: StreamExplanation) { self.explanation = explanation }

  var svg: String {
    var body = ""
    var y = 34.0
    body += text(Self.margin, y, heading, size: 18, weight: "600")
    y += 22
    if let learnt = StatusTable.learnt(explanation.stream) {
      for line in Self.wrapped(learnt, letters: 100) {
        body += text(Self.margin, y, line, colour: "#555")
        y += 17
      }
      y -= 5
    }
    body += references(at: &y)
    body += abnormal(at: &y)
    body += trend(at: &y)
    let size = "width=\"\(Int(Self.width))\" height=\"\(Int(y))\""
    return """
      <svg xmlns="http://www.w3.org/2000/svg" \(size) viewBox="0 0 \(Int(Self.width)) \(Int(y))" \
      font-family="sans-serif" font-size="13">
      <rect width="100%" height="100%" fill="white"/>
      \(body)</svg>

      """
  }

  private var heading: String {
    let stream = explanation.stream
    var text = "\(stream.id), lead \(stream.lead ?? "-")"
    if let rate = stream.heartRate { text += String(format: ", %.0f bpm", rate) }
    return text
  }

  private func references(at y: inout Double) -> String {
    var body = section("Normal beats that were learnt", at: &y)
    let count = Double(max(explanation.references.count, 1))
    let width = min(240, (Self.width - 2 * Self.margin - 16 * (count - 1)) / count)
    let values = explanation.references.flatMap(\.shape)
    let range = (values.min() ?? 0)...(max(values.max() ?? 1, (values.min() ?? 0) + 1e-6))
    for (i, reference) in explanation.references.enumerated() {
      let x = Self.margin + Double(i) * (width + 16)
      let box = Box(x: x, y: y, width: width, height: 110)
      body += frame(box) + segments(box)
      body += curve(reference.shape, in: box, range, "#2a6f4e", 1.8)
      body += text(
        x, y + 126,
        String(format: "beat %d, %.0f%% of the beats", reference.index, 100 * reference.share),
        colour: "#555")
    }
    if explanation.references.isEmpty {
      body += text(Self.margin, y + 20, "none yet", colour: "#555")
    }
    y += 140
    return body
  }

  private func abnormal(at y: inout Double) -> String {
    guard let beat = explanation.lastAbnormal else { return "" }
    var body = section("Last beat over the limit", at: &y)
    let box = Box(x: Self.margin, y: y, width: 380, height: 210)
    let values = beat.window + beat.reference
    let range = (values.min() ?? 0)...(max(values.max() ?? 1, (values.min() ?? 0) + 1e-6))
    body += frame(box)
    body += segments(box, marking: beat.explanation.segment)
    body += curve(beat.reference, in: box, range, "#2a6f4e", 1.4, dash: "4 3")
    body += errors(beat, in: box)
    body += curve(beat.window, in: box, range, "#c0392b", 2)
    var line = y + 14
    let x = box.x + box.width + 18
    for (colour, words) in [
      ("#c0392b", "the beat"), ("#2a6f4e", "nearest normal beat"),
      ("#9db8dc", "the network's error"),
    ] {
      body += "<rect x=\"\(x)\" y=\"\(line - 9)\" width=\"14\" height=\"4\" fill=\"\(colour)\"/>\n"
      body += text(x + 20, line - 3, words)
      line += 20
    }
    line += 8
    let sentences = ExplainWords.beat(beat, explanation.stream)
    for words in sentences.flatMap({ Self.wrapped($0, letters: 47) }) {
      body += text(x, line, words, colour: "#333", size: 12)
      line += 17
    }
    y += 226
    return body
  }

  private func trend(at y: inout Double) -> String {
    let trend = explanation.trend
    guard trend.scores.count > 1 else { return "" }
    var body = section("Scores of the last \(trend.scores.count) beats, and the limit", at: &y)
    let box = Box(x: Self.margin, y: y, width: Self.width - 2 * Self.margin, height: 110)
    body += frame(box)
    for (i, score) in trend.scores.enumerated() {
      let x = box.x + box.width * Double(i) / Double(trend.scores.count - 1)
      let isOver = score >= trend.limits[i]
      body += String(
        format: "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%@\" fill=\"%@\"/>\n", x,
        box.y + box.height * (1 - score), isOver ? "2.6" : "1.6", isOver ? "#c0392b" : "#2a6f4e")
    }
    body += curve(trend.limits, in: box, 0...1, "#888", 1.2, dash: "5 3")
    y += 126
    return body
  }
}

/// What the picture is put together from.
extension ExplainPicture {
  private struct Box {
    var x: Double
    var y: Double
    var width: Double
    var height: Double
  }

  private func section(_ title: String, at y: inout Double) -> String {
    y += 26
    defer { y += 10 }
    return text(Self.margin, y, title, weight: "600")
  }

  private func frame(_ box: Box) -> String {
    String(
      format: "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
        + "fill=\"#fafafa\" stroke=\"#ccc\"/>\n", box.x, box.y, box.width, box.height)
  }

  /// The segments of a beat as vertical lines; the one that departs most is shaded.
  private func segments(_ box: Box, marking marked: String? = nil) -> String {
    let edges = [0.0, 24, 44, 96].map { box.x + box.width * $0 / 96 }
    let names = ["beforeQRS", "QRS", "afterQRS"]
    var body = ""
    for (i, name) in names.enumerated() where name == marked {
      body += String(
        format: "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#fbe3df\"/>\n",
        edges[i], box.y + 1, edges[i + 1] - edges[i], box.height - 2)
    }
    for edge in edges[1...2] {
      body += String(
        format: "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", edge,
        edge, box.y, box.y + box.height)
    }
    return body
  }

  private func curve(
    _ values: [Double], in box: Box, _ range: ClosedRange<Double>, _ colour: String,
    _ width: Double, dash: String? = nil
  ) -> String {
    guard values.count > 1 else { return "" }
    let span = range.upperBound - range.lowerBound
    let points = values.enumerated().map { i, value in
      String(
        format: "%.1f,%.1f", box.x + box.width * Double(i) / Double(values.count - 1),
        box.y + 4 + (box.height - 8) * (range.upperBound - value) / span)
    }
    let dashes = dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    return "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(width)\"\(dashes) "
      + "points=\"\(points.joined(separator: " "))\"/>\n"
  }

  private func text(
    _ x: Double, _ y: Double, _ words: String, colour: String = "#111", size: Int = 13,
    weight: String = "normal"
  ) -> String {
    let safe = words.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;")
    return "<text x=\"\(x)\" y=\"\(y)\" fill=\"\(colour)\" font-size=\"\(size)\" "
      + "font-weight=\"\(weight)\">\(safe)</text>\n"
  }

  /// How far the reconstruction was from the beat, as bars from the bottom.
  private func errors(_ beat: StreamExplanation.Beat, in box: Box) -> String {
    let errors = zip(beat.window, beat.reconstruction).map { abs($0 - $1) }
    let most = max(errors.max() ?? 1, 1e-6)
    let width = box.width / Double(max(errors.count, 1))
    return errors.enumerated().map { i, error in
      let height = 0.25 * box.height * error / most
      return String(
        format: "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
          + "fill=\"#9db8dc\"/>\n",
        box.x + width * Double(i), box.y + box.height - height, width, height)
    }.joined()
  }

  /// At most about so many letters a line.
  private static func wrapped(_ words: String, letters: Int) -> [String] {
    var lines: [String] = []
    for word in words.split(separator: " ") {
      if let last = lines.last, last.count + word.count < letters {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

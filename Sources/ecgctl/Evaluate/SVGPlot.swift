/// A plot in a rectangle with axes, as inline SVG. Colours come from the page's style.
struct SVGPlot {
  struct Axis {
    var title: String
    var range: ClosedRange<Double>
    var ticks: [(value: Double, text: String)]

    /// Ticks at round fifths of 0 to 1.
    static func share(_ title: String) -> Axis {
      let texts = ["0", ".2", ".4", ".6", ".8", "1"]
      return Axis(
        title: title, range: 0...1,
        ticks: texts.enumerated().map { (value: Double($0.offset) / 5, text: $0.element) })
    }

    /// From 0 to `end`, with about five ticks at round numbers.
    static func count(_ title: String, to end: Double) -> Axis {
      let end = max(end, 1e-9)
      var step = 1e-6
      let factors = [2, 2.5, 2]
      var i = 0
      while end / step > 6 {
        step *= factors[i % 3]
        i += 1
      }
      let ticks = (0...Int(end / step)).map { (Double($0) * step, number(Double($0) * step)) }
      return Axis(title: title, range: 0...end, ticks: ticks)
    }

    private static func number(_ value: Double) -> String {
      let rounded = (value * 1000).rounded() / 1000
      return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
  }

  let width: Double
  let height: Double
  let x: Axis
  let y: Axis
  private var body = ""

  private static let left = 52.0
  private static let bottom = 42.0
  private static let top = 10.0
  private static let right = 14.0

  init(width: Double, height: Double, x: Axis, y: Axis) {
    (self.width, self.height, self.x, self.y) = (width, height, x, y)
  }

  private func place(_ value: Double, _ axis: Axis) -> Double {
    let share = (value - axis.range.lowerBound) / (axis.range.upperBound - axis.range.lowerBound)
    return min(1, max(0, share))
  }

  func xPlace(_ value: Double) -> Double {
    Self.left + place(value, x) * (width - Self.left - Self.right)
  }
  func yPlace(_ value: Double) -> Double {
    height - Self.bottom - place(value, y) * (height - Self.bottom - Self.top)
  }

  /// A line through points, in one of the page's colours ("a" to "d").
  mutating func line(_ points: [(x: Double, y: Double)], colour: String) {
    let places = points.map { "\(tenth(xPlace($0.x))),\(tenth(yPlace($0.y)))" }
    body += "<polyline class=\"line \(colour)\" points=\"\(places.joined(separator: " "))\"/>"
  }

  /// A dashed straight line.
  mutating func guide(from: (x: Double, y: Double), to: (x: Double, y: Double)) {
    body += """
      <line class="guide" x1="\(tenth(xPlace(from.x)))" y1="\(tenth(yPlace(from.y)))" \
      x2="\(tenth(xPlace(to.x)))" y2="\(tenth(yPlace(to.y)))"/>
      """
  }

  mutating func dot(_ point: (x: Double, y: Double), colour: String, title: String) {
    body += """
      <circle class="dot \(colour)" cx="\(tenth(xPlace(point.x)))" \
      cy="\(tenth(yPlace(point.y)))" r="4"><title>\(title.escapedForHTML)</title></circle>
      """
  }

  /// A bar from 0 up between two places of the horizontal axis.
  mutating func bar(_ range: ClosedRange<Double>, to value: Double, colour: String, title: String) {
    let (left, right) = (xPlace(range.lowerBound), xPlace(range.upperBound))
    let (top, bottom) = (yPlace(value), yPlace(0))
    body += """
      <rect class="bar \(colour)" x="\(tenth(left))" y="\(tenth(top))" \
      width="\(tenth(max(0.5, right - left)))" height="\(tenth(max(0, bottom - top)))">\
      <title>\(title.escapedForHTML)</title></rect>
      """
  }

  /// The whole picture, with a description for those who cannot see it.
  func svg(describing label: String) -> String {
    var axes = ""
    for tick in y.ticks {
      let at = tenth(yPlace(tick.value))
      axes += """
        <line class="grid" x1="\(Self.left)" y1="\(at)" x2="\(width - Self.right)" y2="\(at)"/>\
        <text class="tick" x="\(Self.left - 6)" y="\(at)" dy="0.32em" \
        text-anchor="end">\(tick.text)</text>
        """
    }
    for tick in x.ticks {
      axes += """
        <text class="tick" x="\(tenth(xPlace(tick.value)))" y="\(height - Self.bottom + 16)" \
        text-anchor="middle">\(tick.text.escapedForHTML)</text>
        """
    }
    let middle = (height - Self.bottom + Self.top) / 2
    axes += """
      <text class="axis" x="\((width + Self.left) / 2)" y="\(height - 6)" \
      text-anchor="middle">\(x.title.escapedForHTML)</text>\
      <text class="axis" x="14" y="\(middle)" text-anchor="middle" \
      transform="rotate(-90 14 \(middle))">\(y.title.escapedForHTML)</text>
      """
    return """
      <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(label.escapedForHTML)">\
      \(axes)\(body)</svg>
      """
  }

  private func tenth(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}

extension String {
  var escapedForHTML: String {
    var text = ""
    for character in self {
      switch character {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      default: text.append(character)
      }
    }
    return text
  }
}

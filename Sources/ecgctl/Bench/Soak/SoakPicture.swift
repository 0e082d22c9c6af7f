/// A soak's measurements over the ward's time, one below the other in one SVG.
enum SoakPicture {
  private static let width = 860.0
  private static let height = 170.0
  private static let captionHeight = 26.0

  static func svg(_ report: SoakReport) -> String {
    let panels: [(String, (SoakReport.Moment) -> Double)] = [
      ("resident memory, MiB", { Double($0.residentBytes) / 1_048_576 }),
      ("open descriptors", { Double($0.descriptors) }),
      ("a second of every bed judged after, ms", { $0.wardSecondMs }),
      ("journal on the disk, MiB", { Double($0.journalBytes) / 1_048_576 }),
      ("alerts so far, thousands", { Double($0.alerts) / 1000 }),
    ]
    let step = height + captionHeight
    var body = ""
    for (i, (title, value)) in panels.enumerated() {
      let top = Double(i) * step
      body += """
        <text class="title" x="52" y="\(top + 18)">\(title.escapedForHTML)</text>\
        <svg x="0" y="\(top + captionHeight)" width="\(width)" height="\(height)">\
        \(panel(report, title, value))</svg>
        """
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" \
      viewBox="0 0 \(width) \(Double(panels.count) * step)" font-family="sans-serif">\
      <style>\(style)</style><rect width="100%" height="100%" fill="#fff"/>\(body)</svg>

      """
  }

  private static func panel(
    _ report: SoakReport, _ title: String, _ value: (SoakReport.Moment) -> Double
  ) -> String {
    let most = report.moments.map(value).max() ?? 1
    var plot = SVGPlot(
      width: width, height: height, x: .count("hours of the ward", to: report.hours),
      y: .count("", to: most * 1.15))
    plot.line(report.moments.map { (x: $0.wardHours, y: value($0)) }, colour: "a")
    return plot.svg(describing: "\(title) over \(report.hours) hours")
  }

  private static let style = """
    .title { font-size: 14px; fill: #222; } .tick, .axis { font-size: 11px; fill: #555; }
    .grid { stroke: #ddd; } .line { fill: none; stroke: #1565c0; stroke-width: 1.5; }
    """
}

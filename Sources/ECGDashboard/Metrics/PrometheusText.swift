/// Metrics in Prometheus' text format 0.0.4, one family after the other.
struct PrometheusText {
  enum Kind: String { case counter, gauge, histogram }

  private(set) var text = ""

  /// One family: its help, its type, and its samples as labels and value.
  mutating func family(
    _ name: String, _ kind: Kind, _ help: String, _ samples: [([(String, String)], Double)]
  ) {
    guard !samples.isEmpty else { return }
    head(name, kind, help)
    for (labels, value) in samples { line(name, labels, value) }
  }

  mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double?) {
    guard let value else { return }
    family(name, kind, help, [([], value)])
  }

  /// `buckets`: for each bound in rising order, infinity last, how many values are not above it.
  mutating func histogram(
    _ name: String, _ help: String, _ buckets: [(bound: Double, count: Double)], sum: Double
  ) {
    head(name, .histogram, help)
    for (bound, count) in buckets { line(name + "_bucket", [("le", Self.number(bound))], count) }
    line(name + "_sum", [], sum)
    line(name + "_count", [], buckets.last?.count ?? 0)
  }

  mutating func histogram(_ name: String, _ help: String, _ histogram: FixedHistogram) {
    self.histogram(
      name, help, histogram.cumulative.map { ($0.bound, Double($0.count)) }, sum: histogram.sum)
  }

  private mutating func head(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
    let list = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
    text += name + (list.isEmpty ? "" : "{\(list)}") + " \(Self.number(value))\n"
  }

  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    if value == value.rounded(), value.magnitude < 1e15 { return "\(Int64(value))" }
    return "\(value)"
  }

  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}

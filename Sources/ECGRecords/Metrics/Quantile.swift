/// Quantiles by linear interpolation between order statistics (the definition that NumPy uses by
/// default; type 7 of Hyndman and Fan, 1996).
public enum Quantile {
  /// The place of a quantile among `count` values in rising order: between the values `lower` and
  /// `lower` + 1, `part` of the way.
  static func place(_ share: Double, of count: Int) -> (lower: Int, part: Double) {
    precondition((0...1).contains(share))
    precondition(count > 0)
    let position = Double(count - 1) * share
    let lower = Int(position)
    return (lower, position - Double(lower))
  }

  /// Between two values. From the nearer one, so that the ends are met exactly.
  static func between(_ low: Double, _ high: Double, _ part: Double) -> Double {
    part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part)
  }

  /// The quantile of values in any order; nil of none. NaN counts as no value.
  public static func of(_ values: [Double], _ share: Double) -> Double? {
    let sorted = values.filter { !$0.isNaN }.sorted()
    guard !sorted.isEmpty else { return nil }
    let (lower, part) = place(share, of: sorted.count)
    return between(sorted[lower], sorted[min(lower + 1, sorted.count - 1)], part)
  }
}

import Glibc

/// How far the limits that follow a patient are moved to keep a promise of false alerts an hour.
///
/// Measured on patients that neither network nor score had met (see
/// Documentation/Decisions/065-alert-level.md): an alert is false where no supraventricular,
/// ventricular or fusion beat is annotated between its onset and its detection.
public enum FalseAlertCalibration {
  /// In log-odds, and the false alerts an hour that were measured there; rarer with every row.
  static let table: [(shift: Float, perHour: Double)] = [
    (-2, 3.13), (-1.5, 2.40), (-1, 1.31), (-0.5, 0.97), (-0.25, 0.66), (0, 0.46), (0.5, 0.27),
    (1, 0.12),
  ]

  /// The shift at which there are about so many false alerts an hour; the nearest row's where the
  /// table does not reach.
  public static func shift(perHour: Double) -> Float {
    precondition(perHour > 0)
    var upper = 0
    while upper < table.count, table[upper].perHour > perHour { upper += 1 }
    guard upper > 0 else { return table[0].shift }
    guard upper < table.count else { return table[table.count - 1].shift }
    let (before, after) = (table[upper - 1], table[upper])
    let part = Float(log(before.perHour / perHour) / log(before.perHour / after.perHour))
    return before.shift + part * (after.shift - before.shift)
  }
}

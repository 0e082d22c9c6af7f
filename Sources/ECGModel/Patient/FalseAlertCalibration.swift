import Glibc

/// How far the limits that follow a patient are moved to keep a promise of false alerts an hour.
///
/// It belongs to a model: measured with the daemon's own alarms on patients that neither network nor
/// score had met (`Training/detector/calibrate.py`), and kept in the manifest's `baseline`:
///
/// | key | numbers |
/// |---|---|
/// | `alarm.shift` | in log-odds, rising |
/// | `alarm.falseAlertsPerHour` | as many: what was measured at each shift, falling |
public struct FalseAlertCalibration: Sendable, Equatable {
  static let shiftKey = "alarm.shift"
  static let rateKey = "alarm.falseAlertsPerHour"

  private let shifts: [Float]
  private let rates: [Double]

  /// Reads the manifest's `baseline`; nil where it promises nothing.
  ///
  /// Errors: `badField` or `missingFields` of `ModelError` with the key at fault.
  init?(_ fields: [String: [Double]]) throws(ModelError) {
    let (shifts, rates) = (fields[Self.shiftKey], fields[Self.rateKey])
    guard shifts != nil || rates != nil else { return nil }
    guard let shifts else { throw .missingFields(["baseline.\(Self.shiftKey)"]) }
    guard let rates else { throw .missingFields(["baseline.\(Self.rateKey)"]) }
    guard !shifts.isEmpty, zip(shifts, shifts.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw .badField(
        "baseline.\(Self.shiftKey)", expected: "rising numbers", actual: "\(shifts)")
    }
    guard rates.count == shifts.count, rates.allSatisfy({ $0 > 0 }),
      zip(rates, rates.dropFirst()).allSatisfy({ $0 > $1 })
    else {
      throw .badField(
        "baseline.\(Self.rateKey)",
        expected: "\(shifts.count) falling numbers greater than 0", actual: "\(rates)")
    }
    self.shifts = shifts.map { Float($0) }
    self.rates = rates
  }

  /// The shift at which there are about so many false alerts an hour, between the measured ones
  /// by the logarithm of their rates; the nearest measured one's beyond them.
  public func shift(perHour: Double) -> Float {
    precondition(perHour > 0)
    let next = rates.firstIndex { $0 <= perHour } ?? rates.count
    guard next > 0 else { return shifts[0] }
    guard next < rates.count else { return shifts[rates.count - 1] }
    let part = Float(log(rates[next - 1] / perHour) / log(rates[next - 1] / rates[next]))
    return shifts[next - 1] + part * (shifts[next] - shifts[next - 1])
  }
}

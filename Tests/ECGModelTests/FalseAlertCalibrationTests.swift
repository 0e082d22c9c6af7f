import Testing

@testable import ECGModel

struct FalseAlertCalibrationTests {
  static func calibration(
    _ shifts: [Double]?, _ rates: [Double]?
  ) throws -> FalseAlertCalibration? {
    var fields: [String: [Double]] = [:]
    fields["alarm.shift"] = shifts
    fields["alarm.falseAlertsPerHour"] = rates
    return try FalseAlertCalibration(fields)
  }

  @Test func `a model may promise nothing`() throws {
    #expect(try Self.calibration(nil, nil) == nil)
  }

  @Test func `between measured rates the shift follows their logarithm`() throws {
    let found = try #require(try Self.calibration([-2, 0, 1], [4, 1, 0.5]))
    #expect(found.shift(perHour: 4) == -2)
    #expect(abs(found.shift(perHour: 2) + 1) < 1e-6)
    #expect(found.shift(perHour: 1) == 0)
    #expect(found.shift(perHour: 0.5) == 1)
  }

  @Test func `beyond what was measured the nearest shift is taken`() throws {
    let found = try #require(try Self.calibration([-2, 1], [4, 0.5]))
    #expect(found.shift(perHour: 100) == -2)
    #expect(found.shift(perHour: 0.01) == 1)
    let single = try #require(try Self.calibration([0.5], [1]))
    #expect(single.shift(perHour: 3) == 0.5 && single.shift(perHour: 0.2) == 0.5)
  }

  @Test(
    arguments: [
      ([0.0], nil), (nil, [1.0]), ([], []), ([1.0, 0.0], [2.0, 1.0]), ([0.0, 1.0], [1.0, 2.0]),
      ([0.0, 1.0], [1.0]), ([0.0], [0.0]),
    ] as [([Double]?, [Double]?)])
  func `a table that is no table is refused`(_ shifts: [Double]?, _ rates: [Double]?) {
    #expect(throws: ModelError.self) { _ = try Self.calibration(shifts, rates) }
  }
}

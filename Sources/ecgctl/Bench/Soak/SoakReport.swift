import Foundation

/// What a soak found, at every measurement.
struct SoakReport: Codable {
  struct Moment: Codable {
    var wardHours: Double
    var residentBytes: Int
    var descriptors: Int
    var threads: Int
    var journalBytes: Int
    var checkpointBytes: Int
    /// From a second of every bed being sent to all of it being judged: the middle of five.
    var wardSecondMs: Double
    var alerts: Int64
  }

  var beds: Int
  var realRecords: Int
  var hours: Double
  var moments: [Moment] = []
  var admissions = 0
  var discharges = 0
  var packets: Int64 = 0
  var samples: Int64 = 0
  var windows: Int64 = 0
  var alerts: Int64 = 0
  var rejected: [String: Int64] = [:]
  var wallSeconds = 0.0

  /// The first moment from which growth counts: what is taken at first is taken once.
  private var settled: Moment? {
    moments.first { $0.wardHours >= min(2, hours / 4) }
  }

  /// From the second hour to the last.
  var growthBytes: Int { (moments.last?.residentBytes ?? 0) - (settled?.residentBytes ?? 0) }

  var text: String {
    guard let settled, let last = moments.last else { return "no measurement was made" }
    let lost = rejected.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    return """
      \(beds) beds, \(hours) hours of the ward in \(Int(wallSeconds)) s, \(realRecords) real records
      \(admissions) admissions, \(discharges) discharges, \(packets) packets, \(samples) samples, \
      \(windows) windows, \(alerts) alerts
      refused or dropped: \(lost.joined(separator: ", "))
      from hour \(settled.wardHours) to \(last.wardHours):
        resident     \(settled.residentBytes >> 10) to \(last.residentBytes >> 10) KiB
        descriptors  \(settled.descriptors) to \(last.descriptors)
        threads      \(settled.threads) to \(last.threads)
        journal      \(settled.journalBytes >> 10) to \(last.journalBytes >> 10) KiB
        checkpoint   \(settled.checkpointBytes >> 10) to \(last.checkpointBytes >> 10) KiB
        ward second  \(settled.wardSecondMs.rounded()) to \(last.wardSecondMs.rounded()) ms
      """
  }
}

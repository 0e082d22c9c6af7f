import Foundation

/// What `ecgctl bench daemon` found: printed for people, or as JSON.
struct DaemonReport: Codable {
  /// One load, in real time.
  struct Run: Codable {
    /// Per cent of the capacity.
    var load: Int
    var streams: Int
    var seconds: Double
    /// From the last packet of a window being due at the gateway to the alert that its score
    /// brings, at the operator; journal included.
    var p50Ms: Double?
    var p99Ms: Double?
    var p999Ms: Double?
    var maximumMs: Double?
    var alerts: Int
    /// Alerts that the samples should have brought and that never came.
    var missing: Int
    var gatewayLateMs: Double
    /// Processor seconds of the daemon, all threads, for a bed-second.
    var microsecondsPerBedSecond: Double
    var residentBytesPerBed: Int?
    var windowsShed: Int64
    var packetsShed: Int64
    /// Seconds after the load began at which operators were told that the daemon is overloaded,
    /// and that it is not any more.
    var overloadAlertSeconds: [Double]
    var overloadEndSeconds: [Double]
    /// After an overload: the load went down to half of the capacity at this second, and alerts
    /// of the last ten seconds took this long.
    var relievedSeconds: Double?
    var recoveredP50Ms: Double?
    var recoveredP99Ms: Double?
  }

  /// Beds that the daemon keeps up with in real time, the gateways on the same machine.
  var capacityBeds: Double
  var rateHz: Double
  var packetSamples: Int
  var shards: Int
  var gateways: Int
  var machine: String
  var processors: Int
  var runs: [Run]

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  static let heading =
    "  load   beds   alerts missing    p50 ms   p99 ms  p99.9 ms   max ms"
    + "  us/bed/s  windows shed  packets shed"

  static func line(_ run: Run) -> String {
    func ms(_ value: Double?) -> String { value.map { String(format: "%8.2f", $0) } ?? "       -" }
    let numbers = String(
      format: "%5d%% %6d %8d %7d  ", run.load, run.streams, run.alerts, run.missing)
    var text =
      numbers + [run.p50Ms, run.p99Ms, run.p999Ms, run.maximumMs].map(ms).joined(separator: " ")
      + String(
        format: " %9.1f %13lld %13lld", run.microsecondsPerBedSecond, run.windowsShed,
        run.packetsShed)
    if let relieved = run.relievedSeconds {
      text += String(
        format:
          "\n       overload told at %@ s, load taken away at %.0f s, over at %@ s; "
          + "then p50 %@ ms, p99 %@ ms",
        times(run.overloadAlertSeconds), relieved, times(run.overloadEndSeconds),
        ms(run.recoveredP50Ms).trimmingCharacters(in: .whitespaces),
        ms(run.recoveredP99Ms).trimmingCharacters(in: .whitespaces))
    }
    return text
  }

  private static func times(_ seconds: [Double]) -> String {
    seconds.isEmpty ? "-" : seconds.map { String(format: "%.1f", $0) }.joined(separator: ", ")
  }
}

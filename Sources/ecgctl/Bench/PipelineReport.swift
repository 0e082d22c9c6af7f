import Foundation

/// What `ecgctl bench pipeline` found: printed for people, or as JSON.
struct PipelineReport: Codable {
  /// One number of beds.
  struct Run: Codable {
    var streams: Int
    /// Seconds of ECG of every bed that were timed.
    var seconds: Double
    var processorSeconds: Double
    /// Beds that one core carries in real time.
    var bedsPerCore: Double
    /// Processor time for a second of one bed.
    var microsecondsPerBedSecond: Double
    var beats: UInt64
    var windows: UInt64
    var windowsPerSecondPerCore: Double
    var samples: UInt64
    var alarms: UInt64
    /// Resident memory that the beds took, each.
    var residentBytesPerBed: Int?
    /// The same as the allocator counts it.
    var heapBytesPerBed: Int?
    /// Windows that were waited for by the latency clock, and how long they took at this load.
    var latencyP50Ms: Double?
    var latencyP99Ms: Double?
  }

  /// Memory of one bed, by what holds it.
  struct MemoryPart: Codable {
    var part: String
    var bytes: Int
  }

  /// Of the run with the most beds.
  var bedsPerCore: Double
  var model: String
  var rateHz: Double
  var packetSamples: Int
  var batch: Int
  var historySeconds: Double
  var machine: String
  var runs: [Run]
  /// Cost of a bed in the run with the most beds over that in the one with the fewest.
  var costRatio: Double?
  var memory: [MemoryPart]

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  var text: String {
    var lines = [
      "model \(model), \(rateHz) Hz, packets of \(packetSamples) samples, batches of \(batch)",
      "  beds     beds/core   us/bed/s   windows/s   KiB/bed (resident, heap)",
    ]
    for run in runs {
      lines.append(
        String(
          format: "%6d  %12.0f %10.2f %11.0f   %7.1f %7.1f", run.streams, run.bedsPerCore,
          run.microsecondsPerBedSecond, run.windowsPerSecondPerCore,
          Double(run.residentBytesPerBed ?? 0) / 1024, Double(run.heapBytesPerBed ?? 0) / 1024))
    }
    if let costRatio {
      lines.append(String(format: "cost of a bed, most over fewest: %.3f", costRatio))
    }
    lines.append("memory of one bed, bytes on the heap:")
    for part in memory {
      let name = part.part.padding(toLength: 40, withPad: " ", startingAt: 0)
      lines.append("  \(name)\(part.bytes)")
    }
    return lines.joined(separator: "\n")
  }
}

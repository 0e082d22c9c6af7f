import ECGCore
import ECGWire

/// What must have become of every sample of one stream, by the table "What the numbers mean" of
/// Documentation/Protocol.md: the daemon's own counters are held against it.
struct StreamLedger: Equatable {
  var packets: Int64 = 0
  var samples: Int64 = 0
  var missing: Int64 = 0
  var gaps: Int64 = 0
  var lost: Int64 = 0
  var trimmed: Int64 = 0
  var duplicates: Int64 = 0
  var late: Int64 = 0
  var restarts: Int64 = 0
  var layoutChanges: Int64 = 0
  var patientChanges: Int64 = 0
  var expected: Int64?
  private var session: UInt32 = 0
  private var lastSequence: UInt64 = 0
  private var patient: UInt8 = 0
  private var layout: [UInt8] = []

  /// Takes a sound packet.
  mutating func take(_ bytes: [UInt8]) {
    let header = try! SamplePacketHeader.decode(bytes.span.bytes)
    follow(header, bytes)
    packets += 1
    let (first, end) = (header.firstSample.rawValue, header.endSample.rawValue)
    var known: Int64 = 0
    if let expected {
      if header.session != session {
        restarts += 1
      } else if first > expected {
        gaps += 1
        lost += first - expected
      } else if end <= expected {
        if header.sequence == lastSequence { duplicates += 1 } else { late += 1 }
        return
      } else {
        known = expected - first
        trimmed += known
      }
    }
    samples += end - first - known
    missing += Int64(Self.millivolts(header, bytes)[Int(known)...].count { $0.isNaN })
    (session, lastSequence, expected) = (header.session, header.sequence, end)
  }

  private mutating func follow(_ header: SamplePacketHeader, _ bytes: [UInt8]) {
    let own = Self.layout(header, bytes)
    if layout.isEmpty {
      (layout, patient) = (own, header.patient)
    } else if layout != own {
      layoutChanges += 1
      (layout, patient, expected) = (own, header.patient, nil)
    }
    let isNews =
      expected == nil || header.session != session || header.endSample.rawValue > expected!
    if header.patient != patient, isNews {
      patientChanges += 1
      (patient, expected) = (header.patient, nil)
    }
  }

  /// What the daemon compares layouts by.
  static func layout(_ header: SamplePacketHeader, _ bytes: [UInt8]) -> [UInt8] {
    let table = SamplePacketHeader.fixedLength
    return [header.format.rawValue, UInt8(header.leadCount)] + bytes[40..<44]
      + bytes[table..<(table + header.leadCount * SamplePacketHeader.leadEntryLength)]
  }

  /// The samples of the lead that is watched: the first one.
  static func millivolts(_ header: SamplePacketHeader, _ bytes: [UInt8]) -> [Float] {
    var samples = [Float](repeating: 0, count: header.samplesPerLead)
    var span = samples.mutableSpan
    header.copyMillivolts(
      lead: 0, from: bytes.span.bytes, count: header.samplesPerLead, into: &span)
    return samples
  }

  /// Throws where the daemon tells anything else.
  func compare(_ told: StatusReport.Stream) throws(Breach) {
    let own: [(String, Int64, Int64)] = [
      ("packets", packets, told.packets), ("samples", samples, told.samples),
      ("missing", missing, told.missing), ("gaps", gaps, told.gaps), ("lost", lost, told.lost),
      ("trimmed", trimmed, told.trimmed),
      ("duplicates", duplicates, told.rejected["duplicate"] ?? 0),
      ("late", late, told.rejected["late"] ?? 0), ("restarts", restarts, told.restarts),
      ("layoutChanges", layoutChanges, told.layoutChanges),
      ("patientChanges", patientChanges, told.patientChanges ?? 0),
      ("lastSample", (expected ?? 1) - 1, told.lastSample ?? 0),
    ]
    for (name, mine, its) in own {
      try hold(mine == its, "\(told.id): \(name) must be \(mine), the daemon tells \(its)")
    }
  }
}

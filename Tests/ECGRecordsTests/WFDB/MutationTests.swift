import Testing

@testable import ECGRecords

/// Broken input of every kind gives a typed error or a record, never a crash.
struct MutationTests {
  /// Changes, removes, doubles or inserts a few bytes.
  static func mutate(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var out = bytes
    for _ in 0...random.index(below: 4) where !out.isEmpty {
      let at = random.index(below: out.count)
      switch random.index(below: 6) {
      case 0: out[at] = UInt8(random.index(below: 256))
      case 1: out[at] = Array("0123456789/x:+-()#~ \n".utf8)[random.index(below: 21)]
      case 2: out.remove(at: at)
      case 3: out.insert(UInt8(random.index(below: 256)), at: at)
      case 4:
        out.insert(contentsOf: Array("999999999".utf8).prefix(1 + random.index(below: 9)), at: at)
      default: out.removeLast(random.index(below: out.count))
      }
    }
    return out
  }

  @Test func `a mutated header or signal file gives a record or a typed error`() throws {
    var random = SeededRandom(seed: 208)
    try Places.withFolder { folder in
      var outcomes: [Bool: Int] = [:]
      for (index, format) in WFDBFormat.allCases.filter({ $0 != .null }).enumerated() {
        let file = format == .int16 ? "r.mat" : "r.dat"
        let line = { (name: String) in
          WFDBSignal(
            fileName: file, format: format, byteOffset: format == .int16 ? 24 : 0, gain: 100,
            adcResolutionBits: 12, description: name)
        }
        try WFDBWriter(
          name: "r", sampleRateHz: 250,
          signals: [
            .init(line: line("I"), values: WFDBRecordTests.values(50, seed: UInt64(index))),
            .init(line: line("II"), values: WFDBRecordTests.values(50, seed: 99)),
          ], baseTime: "1:2:3", baseDate: "1/2/1990"
        ).write(toFolder: folder)
        let header = try FileBytes.read(folder + "/r.hea")
        let data = try FileBytes.read(folder + "/" + file)
        for round in 0..<300 {
          let hitsHeader = round % 3 != 0
          try FileBytes.write(
            hitsHeader ? Self.mutate(header, &random) : header, to: folder + "/r.hea")
          try FileBytes.write(
            hitsHeader ? data : Self.mutate(data, &random), to: folder + "/" + file)
          do throws(WFDBError) {
            _ = try WFDBRecord(path: folder + "/r")
            outcomes[true, default: 0] += 1
          } catch {
            #expect(!error.description.isEmpty)
            outcomes[false, default: 0] += 1
          }
        }
      }
      #expect(outcomes[true, default: 0] > 50)
      #expect(outcomes[false, default: 0] > 500)
    }
  }

  @Test func `mutated or random annotation bytes give annotations or a typed error`() {
    var random = SeededRandom(seed: 7)
    let good = AnnotationFile(
      annotations: (0..<40).map {
        Annotation(sample: $0 * 700, code: .normal, text: $0 % 9 == 0 ? "(AFIB" : "")
      }
    ).encoded()
    var outcomes: [Bool: Int] = [:]
    for round in 0..<3000 {
      let bytes =
        round % 2 == 0
        ? Self.mutate(good, &random)
        : (0..<random.index(below: 64)).map { _ in UInt8(random.index(below: 256)) }
      do throws(WFDBError) {
        _ = try AnnotationFile(bytes: bytes, path: "t")
        outcomes[true, default: 0] += 1
      } catch {
        outcomes[false, default: 0] += 1
      }
    }
    #expect(outcomes.count == 2)
  }
}

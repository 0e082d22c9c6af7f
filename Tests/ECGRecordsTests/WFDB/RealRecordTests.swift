import Testing

@testable import ECGRecords

/// Real records, where the machine has them (the folder that ECGD_DATA names).
@Suite(.enabled(if: Places.hasData, "ECGD_DATA names no folder of real records"))
struct RealRecordTests {
  @Test(arguments: [("mitdb-ds1", 22), ("svdb-even", 40), ("nstdb", 3), ("cinc2015-dev", 37)])
  func `every signal's checksum is the header's`(database: String, count: Int) throws {
    let records = try Places.records(database)
    #expect(records.count == count)
    for path in records {
      let record = try WFDBRecord(path: path)
      #expect(record.header.signals.allSatisfy { $0.checksum != nil })
      #expect(record.frameCount == record.header.frameCount)
      #expect(record.leads.count == record.header.signals.count)
      // The header's initial value is the first sample as stored.
      for (lead, signal) in zip(record.leads, record.header.signals) {
        let first = lead.digital!.values[0]
        let stored = first == DigitalSamples.missing ? signal.format.missingValue : first
        #expect(stored == signal.initialValue)
      }
    }
  }

  @Test func `record 208 has the beats that its annotators counted`() throws {
    // The counts of the MIT-BIH Arrhythmia Database Directory for record 208.
    let file = try AnnotationFile(path: Places.data! + "/mitdb-ds1/208.atr")
    func count(_ code: AnnotationCode) -> Int { file.annotations.count { $0.code == code } }
    #expect(count(.normal) == 1586)
    #expect(count(.ventricularPremature) == 992)
    #expect(count(.fusion) == 373)
    #expect(count(.supraventricularPremature) == 2)
    #expect(count(.unclassifiable) == 2)
    #expect(file.beats.count == 2955)
    #expect(file.annotations.contains { $0.code == .rhythm && $0.text == "(T" })
  }

  @Test(arguments: ["mitdb-ds1", "svdb-even"])
  func `annotations lie inside their record, in order, and survive being written`(database: String)
    throws
  {
    for path in try Places.records(database) {
      let file = try AnnotationFile(path: path + ".atr")
      let samples = file.annotations.map(\.sample)
      let header = try WFDBRecord.header(path: path)
      #expect(samples == samples.sorted())
      // One record has a beat one sample behind its end.
      #expect(samples.allSatisfy { $0 >= 0 && $0 <= Int64(header.frameCount!) })
      #expect(file.beats.count > 1000)
      #expect(try AnnotationFile(bytes: file.encoded(), path: "copy") == file)
    }
  }
}

import ECGCore
import Foundation
import Testing

@testable import ECGRecords

struct NumPyTests {
  static func bytes(_ base64: String) -> [UInt8] { [UInt8](Data(base64Encoded: base64)!) }

  @Test(arguments: [NumPyVectors.stored, NumPyVectors.deflated])
  func `what numpy's savez and savez_compressed write is read`(base64: String) throws {
    let archive = try NumPyArchive(bytes: Self.bytes(base64), path: "t.npz")
    #expect(archive.keys == ["f4", "f8", "i2", "i4", "i8"])
    let f4 = try #require(archive["f4"]).floats
    #expect(f4[0...1] == [0.5, -1.25] && f4[2].isNaN && f4[3] == 3e7)
    let f8 = try #require(archive["f8"])
    #expect(f8.shape == [2, 3])
    #expect(f8.doubles.first == -1 && f8.doubles.last == 1 && abs(f8.doubles[1] + 0.6) < 1e-15)
    #expect(
      archive["i2"] == NumPyArray(shape: [3, 2], elements: .int16([1, -2, 32767, -32768, 0, 7])))
    #expect(archive["i4"] == NumPyArray(shape: [], elements: .int32([-70000])))
    #expect(archive["i8"] == NumPyArray(.int64((0..<300).map { $0 * 1_000_000_000_000 })))
  }

  @Test func `version 2 is read, and what is not supported is named`() throws {
    let array = try NumPyArray(bytes: Self.bytes(NumPyVectors.version2), path: "t")
    #expect(array.shape == [3, 2] && array.isInteger)
    let refused = [
      (NumPyVectors.fortran, "Fortran order"), (NumPyVectors.bigEndian, ">f4"),
      (NumPyVectors.structured, "[('a', '<f4'), ('b', '<i2')], 'fortran_o"),
    ]
    for (base64, found) in refused {
      #expect {
        try NumPyArray(bytes: Self.bytes(base64), path: "t")
      } throws: { error in
        guard case NumPyError.badArray("t", _, _, found) = error else { return false }
        return true
      }
    }
  }

  @Test(arguments: [true, false])
  func `an archive comes back as it was written`(compressed: Bool) throws {
    var random = SeededRandom(seed: 3)
    var archive = NumPyArchive()
    archive["a"] = NumPyArray(.float32((0..<1000).map { _ in Float(random.normal()) }))
    archive["b c"] = NumPyArray(shape: [10, 0], elements: .float64([]))
    archive["n"] = NumPyArray(shape: [2, 1, 2], elements: .int32([1, .min, .max, 0]))
    let bytes = archive.encoded(compressed: compressed)
    #expect(try NumPyArchive(bytes: bytes, path: "t") == archive)
    #expect(archive["n"]!.encoded().count == 128 + 16)
  }

  @Test func `leads are taken from vectors and from columns`() throws {
    var archive = NumPyArchive()
    archive["ecg"] = NumPyArray(shape: [3, 2], elements: .float64([1, 10, 2, 20, 3, 30]))
    archive["fs"] = NumPyArray(shape: [], elements: .int64([250]))
    archive["II"] = NumPyArray(.float32([4, .nan, 6]))
    let rate = SampleRate(millihertz: 250_000)
    let all = try Recording(name: "x", archive: archive, path: "t", rate: rate)
    #expect(all.leads.map(\.name) == ["ecg.0", "ecg.1", "II"])
    #expect(all.leads[1].samples == [10, 20, 30])
    let one = try Recording(name: "x", archive: archive, path: "t", rate: rate, key: "II")
    #expect(one.leads.count == 1 && one.leads[0].samples[1].isNaN)
    #expect(throws: NumPyError.noSuchKey(path: "t", key: "V", available: ["ecg", "fs", "II"])) {
      try Recording(name: "x", archive: archive, path: "t", rate: rate, key: "V")
    }
  }

  @Test func `mutated files give arrays or a typed error`() {
    var random = SeededRandom(seed: 5)
    var outcomes: [Bool: Int] = [:]
    for base64 in [NumPyVectors.stored, NumPyVectors.deflated, NumPyVectors.version2] {
      let good = Self.bytes(base64)
      for _ in 0..<400 {
        let bytes = MutationTests.mutate(good, &random)
        do throws(NumPyError) {
          if base64 == NumPyVectors.version2 {
            _ = try NumPyArray(bytes: bytes, path: "t")
          } else {
            _ = try NumPyArchive(bytes: bytes, path: "t")
          }
          outcomes[true, default: 0] += 1
        } catch {
          #expect(!error.description.isEmpty)
          outcomes[false, default: 0] += 1
        }
      }
    }
    #expect(outcomes.count == 2)
  }
}

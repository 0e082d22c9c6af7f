import ECGRecords
import Foundation
import FuzzTargets
import ProcessTesting
import Testing

/// The kept corpora of Tests/Fuzz, and what seeded chance makes of them, through the readers that
/// libFuzzer runs: none traps. `make fuzz` goes on from here with its eye on coverage.
@Suite struct CorpusTests {
  /// One reader, its folder of inputs, and how many mutations a run tries.
  struct Target: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let folder: String
    let mutations: Int
    let run: @Sendable ([UInt8]) -> Void

    var inputs: [[UInt8]] {
      get throws {
        let folder = URL(filePath: Built.packageRoot + "/Tests/" + folder)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
          .map { Array(try Data(contentsOf: folder.appending(path: $0))) }
      }
    }
  }

  static let targets = [
    Target(testDescription: "wire", folder: "Fuzz/Corpus/wire", mutations: 20_000, run: fuzzWire),
    Target(
      testDescription: "records", folder: "Fuzz/Corpus/records", mutations: 10_000,
      run: fuzzRecords),
    Target(
      testDescription: "settings", folder: "Fuzz/Corpus/settings", mutations: 2000,
      run: fuzzSettings),
    Target(
      testDescription: "models", folder: "ECGModelTests/Golden", mutations: 500, run: fuzzModel),
    Target(
      testDescription: "parts of models", folder: "Fuzz/Corpus/model", mutations: 5000,
      run: fuzzModel),
  ]

  @Test(arguments: targets)
  func noKeptInputNorAMutationOfOneTrapsItsReader(_ target: Target) throws {
    let inputs = try target.inputs
    #expect(inputs.count >= 3)
    for input in inputs { target.run(input) }
    var random = SeededRandom(seed: 2026)
    for _ in 0..<target.mutations {
      let one = inputs.randomElement(using: &random)!
      target.run(mutate(one, with: inputs.randomElement(using: &random)!, &random))
    }
  }

  private func mutate(
    _ input: [UInt8], with other: [UInt8], _ random: inout SeededRandom
  ) -> [UInt8] {
    var bytes = input
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard !bytes.isEmpty else { break }
      let at = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[at] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random)!
      case 2: bytes.remove(at: at)
      case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
      case 4: bytes.removeSubrange(at...)
      default:
        guard !other.isEmpty else { continue }
        let from = Int.random(in: 0..<other.count, using: &random)
        bytes.insert(contentsOf: other[from..<min(other.count, from + 32)], at: at)
      }
    }
    return bytes
  }
}

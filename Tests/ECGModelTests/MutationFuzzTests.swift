import Testing

@testable import ECGModel

/// Damaged model files: each is refused with a value of `ModelError` or accepted, and none crashes
/// or reads outside its bytes (which would trap).
@Suite struct MutationFuzzTests {
  /// Mutations of one file; small, because the suite runs in debug builds too.
  private static let count = 20_000

  private func mutate(_ bytes: [UInt8], headerCount: Int, _ random: inout Seeded) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      guard bytes.count > 1 else { break }
      // Nearly all of the reader is about the header.
      let inHeader = min(headerCount, bytes.count)
      let at = Int.random(
        in: 0..<(Bool.random(using: &random) ? inHeader : min(bytes.count, inHeader + 64)),
        using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes[at] = Array("{}[]\",:0123456789-.eE\\ntfu ".utf8).randomElement(using: &random)!
      case 3: bytes.remove(at: at)
      case 4: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
      case 5: bytes.removeSubrange(at...)
      default:
        let end = min(bytes.count, at + Int.random(in: 1...40, using: &random))
        bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...at, using: &random))
      }
    }
    return bytes
  }

  @Test(arguments: ["plain", "conditioned"])
  func noMutationOfAModelCrashesTheReader(name: String) throws {
    let original = try Golden.bytes(name)
    let headerCount = 8 + original[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var random = Seeded(2026)
    var refused = 0
    for _ in 0..<Self.count {
      let bytes = mutate(original, headerCount: headerCount, &random)
      do throws(ModelError) {
        let file = try SafetensorsFile(bytes)
        _ = try ModelManifest(file)
      } catch {
        refused += 1
        #expect(!error.description.isEmpty)
      }
    }
    // Some mutations hit a name or a blank and change nothing that matters.
    #expect(refused > Self.count / 2)
    #expect(refused < Self.count)
  }
}

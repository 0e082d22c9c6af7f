import Foundation

@testable import ECGModel

/// The committed golden files, made by Training/golden/models.py.
enum Golden {
  static let models = ["plain", "conditioned", "leads"]
  static let layers = ["layer-8x16", "layer-3x13", "layer-17x64"]

  static func bytes(_ name: String) throws -> [UInt8] {
    let url = Bundle.module.url(
      forResource: name, withExtension: "safetensors", subdirectory: "Golden")!
    return [UInt8](try Data(contentsOf: url))
  }

  static func model(_ name: String) throws -> Autoencoder { try Autoencoder(bytes(name)) }
}

/// Real data, where the machine has it.
enum RealData {
  static let folder = ProcessInfo.processInfo.environment["ECGD_DATA"]
}

/// A small linear congruential generator (Knuth's MMIX constants): the same on every machine.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
  mutating func floats(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float.random(in: -2...2, using: &self) }
  }
}

/// The bytes of a safetensors file with this header text and so many data bytes.
func safetensors(header: String, data: Int = 0) -> [UInt8] {
  let length = UInt64(header.utf8.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + header.utf8
    + [UInt8](repeating: 0, count: data)
}

/// A model file whose manifest text has been edited.
func edited(_ name: String, _ edit: (String) -> String) throws -> [UInt8] {
  let bytes = try Golden.bytes(name)
  let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
  let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
  return safetensors(header: edit(header)) + bytes[(8 + length)...]
}

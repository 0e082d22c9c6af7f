public import ECGModel
public import ECGPipeline
import Foundation

/// Models for tests: the shipped one, and one of random weights on sliding windows.
public enum TestModel {
  private static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The shipped denoiser.
  public static func denoiser() throws -> Denoiser {
    try Denoiser(path: package.appending(path: "Models/denoise.safetensors").path)
  }

  /// The shipped denoiser without its bypass: the network alone, whatever it hears.
  public static func denoisingNetwork() throws -> Denoiser {
    let path = package.appending(path: "Models/denoise.safetensors")
    var bytes = [UInt8](try Data(contentsOf: path))
    let header = bytes[8...].prefix { $0 >= 0x20 && $0 < 0x7f }
    let text = String(decoding: header, as: UTF8.self)
    // The manifest is a string in the header: null and blanks take the object's place.
    let match = text.firstRange(of: /\{\\"weights[^}]*\}/)!
    let start = 8 + text.utf8.distance(from: text.startIndex, to: match.lowerBound)
    let count = text[match].utf8.count
    let null = Array("null".utf8) + [UInt8](repeating: UInt8(ascii: " "), count: count - 4)
    bytes.replaceSubrange(start..<(start + count), with: null)
    return try Denoiser(unverified: bytes)
  }

  /// The shipped model: beat-synchronous, conditioned on the patient's reference beats.
  public static func beats(learningSeconds: Double? = 30) throws -> ModelPlan {
    let path = package.appending(path: "Models/default.safetensors").path
    return try ModelPlan(
      Autoencoder(path: path), mainsHz: 50, learningSeconds: learningSeconds)
  }

  /// Random weights on windows of 30 samples at 128 Hz, judged by the patient's own errors.
  public static func sliding(learningSeconds: Double = 20) throws -> ModelPlan {
    try ModelPlan(slidingModel(learningSeconds: learningSeconds), mainsHz: 50)
  }

  /// The model of `sliding` alone; a score over `limit` is abnormal.
  public static func slidingModel(
    learningSeconds: Double = 20, limit: Double = 4
  ) throws -> Autoencoder {
    let golden = package.appending(path: "Tests/ECGModelTests/Golden/plain.safetensors")
    let bytes = [UInt8](try Data(contentsOf: golden))
    let edited = try editing(bytes) { manifest in
      manifest["window"] = ["kind": "sliding", "lengthSamples": 30, "hopSamples": 16]
      manifest["normalisation"] = "zScore"
      manifest["baseline"] = ["learningSeconds": learningSeconds, "scoreLimit": limit]
      var error = manifest["error"] as! [String: Any]
      error["limit"] = NSNull()
      manifest["error"] = error
    }
    return try Autoencoder(unverified: edited)
  }

  private static func editing(
    _ file: [UInt8], _ edit: (inout [String: Any]) -> Void
  ) throws -> [UInt8] {
    let length = (0..<8).reduce(0) { $0 | Int(file[$1]) << (8 * $1) }
    var header =
      try JSONSerialization.jsonObject(with: Data(file[8..<8 + length])) as! [String: Any]
    var metadata = header["__metadata__"] as! [String: String]
    let text = Data(metadata[ModelManifest.metadataKey]!.utf8)
    var manifest = try JSONSerialization.jsonObject(with: text) as! [String: Any]
    edit(&manifest)
    metadata[ModelManifest.metadataKey] = String(
      decoding: try JSONSerialization.data(withJSONObject: manifest, options: .sortedKeys),
      as: UTF8.self)
    header["__metadata__"] = metadata
    var json = [UInt8](try JSONSerialization.data(withJSONObject: header, options: .sortedKeys))
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
      + file[(8 + length)...]
  }
}

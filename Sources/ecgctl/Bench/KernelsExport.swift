import ECGModel
import Foundation

/// What the peers of the kernels are given: the same weights and windows, as files.
enum KernelsExport {
  static func write(to folder: String) throws(ScoreError) {
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      for (name, model) in [
        ("S", KernelsModel.small(.float32)), ("R", .reference(.float32)),
        ("R16", .reference(.float16)),
      ] {
        try Data(model.bytes).write(to: url.appending(path: "\(name).safetensors"))
      }
      let windows = KernelsModel.windows(
        KernelsRunner.batchLimit, size: KernelsModel.stepCount)
      try Data(littleEndian: windows.flatMap { $0 })
        .write(to: url.appending(path: "windows.f32"))
    } catch {
      throw .cannotWrite("\(folder): \(error)")
    }
  }
}

extension Data {
  /// Single-precision numbers, four bytes each.
  init(littleEndian numbers: [Float]) {
    self.init(
      numbers.flatMap { number in
        (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt32($0))) }
      })
  }
}

import Foundation

@testable import ECGRecords

/// Where the tests find real records, and where they may write.
enum Places {
  /// The folder of real records, from the environment; nil where there is none.
  static let data: String? = ProcessInfo.processInfo.environment["ECGD_DATA"]

  static var hasData: Bool { data != nil }

  /// `ecgctl` beside the test bundle; nil where it is not built.
  static let replayProgram: String? = {
    let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let path = tests.appendingPathComponent("ecgctl").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  /// The record paths of one database, without extension, sorted.
  static func records(_ database: String) throws -> [String] {
    let folder = data! + "/" + database
    return try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".hea") }
      .map { folder + "/" + $0.dropLast(4) }
      .sorted()
  }

  /// Lends a new folder that is removed afterwards.
  static func withFolder<T>(_ body: (String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.path + "/ecgrecords-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }
}

func write(_ text: String, to path: String) throws {
  try FileBytes.write(Array(text.utf8), to: path)
}

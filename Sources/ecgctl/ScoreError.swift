import ECGModel
import ECGRecords

/// Why scoring or inspecting ended, with its sysexits(3) status.
enum ScoreError: Error, CustomStringConvertible {
  case usage(String)
  case data(String)
  case noInput(String)
  case cannotWrite(String)

  var status: Int32 {
    switch self {
    case .usage: 64
    case .data: 65
    case .noInput: 66
    case .cannotWrite: 73
    }
  }

  var description: String {
    switch self {
    case .usage(let what), .data(let what), .noInput(let what), .cannotWrite(let what): what
    }
  }

  init(_ error: ModelError, path: String) {
    if case .cannotRead = error {
      self = .noInput(error.description)
    } else {
      self = .data("\(path): \(error)")
    }
  }

  init(_ error: NumPyError) {
    guard case .file(let file) = error else {
      self = .data(error.description)
      return
    }
    if case .unwritable = file.reason {
      self = .cannotWrite(error.description)
    } else {
      self = .noInput(error.description)
    }
  }
}

extension Autoencoder {
  /// Reads a model for a command, its known-answer test run.
  static func forCommand(_ path: String, kernel: Kernel = .best) throws(ScoreError) -> Autoencoder {
    do throws(ModelError) {
      return try Autoencoder(path: path, kernel: kernel)
    } catch {
      throw ScoreError(error, path: path)
    }
  }
}

import ECGRecords
import ZeroMQ

/// Why a replay, or another command on recordings, ended early, with its sysexits(3) status.
enum ReplayError: Error, CustomStringConvertible {
  case usage(String)
  case data(String)
  case noInput(String)
  case unavailable(String)
  case cannotWrite(String)

  var status: Int32 {
    switch self {
    case .usage: 64
    case .data: 65
    case .noInput: 66
    case .unavailable: 69
    case .cannotWrite: 73
    }
  }

  var description: String {
    switch self {
    case .usage(let what), .data(let what), .noInput(let what), .unavailable(let what),
      .cannotWrite(let what):
      what
    }
  }

  init(_ error: FileError) {
    self = .noInput(error.description)
  }

  init(_ error: WFDBError) {
    if case .file(let file) = error { self.init(file) } else { self = .data(error.description) }
  }

  init(_ error: CSVError) {
    if case .file(let file) = error { self.init(file) } else { self = .data(error.description) }
  }

  init(_ error: NumPyError) {
    if case .file(let file) = error { self.init(file) } else { self = .data(error.description) }
  }

  init(_ error: ZeroMQError) { self = .unavailable("\(error)") }
}

/// What is wrong with a WFDB record: the place, what was expected, and what was found.
public enum WFDBError: Error, Equatable, CustomStringConvertible {
  case file(FileError)
  /// A header line that breaks the grammar of header(5). Lines count from 1.
  case badHeader(path: String, line: Int, expected: String, found: String)
  case unsupportedFormat(path: String, line: Int, format: Int)
  /// Signals that share a file must share its format and byte offset.
  case inconsistentFile(record: String, file: String, what: String)
  case truncatedSignal(record: String, file: String, expectedBytes: Int, actualBytes: Int)
  case badMatlabHeader(record: String, file: String, expected: String, found: String)
  /// The 16-bit sum of a signal's samples is not the header's.
  case checksum(record: String, signal: String, expected: Int16, actual: Int16)
  case badSegment(record: String, segment: String, what: String)
  case badAnnotation(path: String, offset: Int, what: String)
  /// A value that the chosen storage format cannot hold.
  case unrepresentable(signal: String, sample: Int, value: Int, format: Int)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .badHeader(let path, let line, let expected, let found):
      "\(path):\(line): expected \(expected), found \"\(found)\""
    case .unsupportedFormat(let path, let line, let format):
      "\(path):\(line): signal format \(format) is not supported "
        + "(8, 16, 24, 32, 61, 80 and 212 are)"
    case .inconsistentFile(let record, let file, let what):
      "record \(record): the signals of \(file) differ in \(what)"
    case .truncatedSignal(let record, let file, let expected, let actual):
      "record \(record): \(file) is truncated: expected \(expected) bytes, found \(actual)"
    case .badMatlabHeader(let record, let file, let expected, let found):
      "record \(record): \(file): expected a MATLAB v4 header with \(expected), found \(found)"
    case .checksum(let record, let signal, let expected, let actual):
      "record \(record), signal \(signal): expected checksum \(expected), found \(actual)"
    case .badSegment(let record, let segment, let what):
      "record \(record), segment \(segment): \(what)"
    case .badAnnotation(let path, let offset, let what):
      "\(path): byte \(offset): \(what)"
    case .unrepresentable(let signal, let sample, let value, let format):
      "signal \(signal), sample \(sample): \(value) does not fit format \(format)"
    }
  }
}

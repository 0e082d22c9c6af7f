/// What is wrong with a CSV recording. Lines count from 1.
public enum CSVError: Error, Equatable, CustomStringConvertible {
  case file(FileError)
  case noHeader(path: String)
  case badHeader(path: String, line: Int, expected: String, found: String)
  case columnCount(path: String, line: Int, expected: Int, actual: Int)
  case badNumber(path: String, line: Int, column: String, found: String)
  case noSamples(path: String)
  /// No rate was given, and no time column tells it.
  case unknownRate(path: String)
  /// The time or sample column does not advance by one sample.
  case irregularTime(path: String, line: Int, expected: String, found: String)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .noHeader(let path): "\(path):1: expected a header row with lead names, found nothing"
    case .badHeader(let path, let line, let expected, let found):
      "\(path):\(line): expected \(expected), found \"\(found)\""
    case .columnCount(let path, let line, let expected, let actual):
      "\(path):\(line): expected \(expected) columns, found \(actual)"
    case .badNumber(let path, let line, let column, let found):
      "\(path):\(line): column \(column): expected a number, found \"\(found)\""
    case .noSamples(let path): "\(path): expected at least one row of samples, found none"
    case .unknownRate(let path):
      "\(path): the sample rate is unknown: give it, or a column \"time\" in seconds"
    case .irregularTime(let path, let line, let expected, let found):
      "\(path):\(line): expected time \(expected), found \(found)"
    }
  }
}

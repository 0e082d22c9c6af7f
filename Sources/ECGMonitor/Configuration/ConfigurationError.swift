/// Why a configuration cannot be used: every problem that one reading found, with its place.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// One thing wrong, and what was expected instead.
  public struct Problem: Equatable, Sendable {
    /// 1-based; nil where the file as a whole is meant.
    public let line: Int?
    /// The dotted path, such as `alarm.persistence.k`; nil where no key is meant.
    public let key: String?
    public let message: String

    public init(line: Int?, key: String?, message: String) {
      self.line = line
      self.key = key
      self.message = message
    }
  }

  /// EX_CONFIG of sysexits.h, with which the programs leave.
  public static let exitStatus: Int32 = 78

  public let file: String
  /// At least one, in the order of their lines.
  public let problems: [Problem]

  public init(file: String, problems: [Problem]) {
    precondition(!problems.isEmpty)
    self.file = file
    self.problems = problems.sorted { ($0.line ?? 0) < ($1.line ?? 0) }
  }

  /// One line for each problem: `FILE:LINE: KEY: MESSAGE`.
  public var description: String {
    problems.map { problem in
      let place = problem.line.map { "\(file):\($0): " } ?? "\(file): "
      let key = problem.key.map { "\($0): " } ?? ""
      return place + key + problem.message
    }.joined(separator: "\n")
  }
}

public import Logging
import Synchronization

/// The least severe level that is written, shared by every logger: a reload moves it for all.
public final class LogThreshold: Sendable {
  private let index: Atomic<Int>

  public init(_ level: Logger.Level) {
    index = Atomic(Self.index(of: level))
  }

  public var level: Logger.Level {
    get { Logger.Level.allCases[index.load(ordering: .relaxed)] }
    set { index.store(Self.index(of: newValue), ordering: .relaxed) }
  }

  private static func index(of level: Logger.Level) -> Int {
    Logger.Level.allCases.firstIndex(of: level)!
  }
}

extension Configuration.Logging.Level {
  /// The level of the same name.
  public var loggerLevel: Logger.Level {
    switch self {
    case .debug: .debug
    case .info: .info
    case .notice: .notice
    case .warning: .warning
    case .error: .error
    }
  }
}

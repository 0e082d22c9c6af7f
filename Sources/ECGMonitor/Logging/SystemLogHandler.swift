public import Logging

/// swift-log's way into journald or onto standard error. A message's metadata become the journal's
/// ECGD_ fields: `stream` is ECGD_STREAM.
public struct SystemLogHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?

  private let identifier: String
  private let destination: LogDestination
  private let threshold: LogThreshold
  private var ownLevel: Logger.Level?

  /// - Parameter identifier: what journald files the messages under (SYSLOG_IDENTIFIER).
  public init(identifier: String, destination: LogDestination, threshold: LogThreshold) {
    self.identifier = identifier
    self.destination = destination
    self.threshold = threshold
  }

  /// The shared threshold's, unless it was set for this logger.
  public var logLevel: Logger.Level {
    get { ownLevel ?? threshold.level }
    set { ownLevel = newValue }
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var all = metadataProvider?.get() ?? [:]
    all.merge(metadata) { $1 }
    all.merge(event.metadata ?? [:]) { $1 }
    if let error = event.error { all["error"] = "\(error)" }
    destination.write(
      LogEntry(
        level: event.level, message: "\(event.message)",
        fields: all.map { (name: $0.key, value: "\($0.value)") }.sorted { $0.name < $1.name }),
      identifier: identifier)
  }

  /// A logger of its own, that no global bootstrap has to come before.
  public static func logger(
    identifier: String, destination: LogDestination = .detect(), threshold: LogThreshold
  ) -> Logger {
    Logger(label: identifier) { _ in
      SystemLogHandler(identifier: identifier, destination: destination, threshold: threshold)
    }
  }
}

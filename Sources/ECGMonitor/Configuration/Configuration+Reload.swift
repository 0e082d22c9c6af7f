extension Configuration {
  /// What a reload brings.
  public struct Reload: Equatable, Sendable {
    /// One key whose value differs, both values as YAML.
    public struct Change: Equatable, Sendable, CustomStringConvertible {
      public let key: String
      public let old: String
      public let new: String
      public var description: String { "\(key): \(old) -> \(new)" }
    }

    /// What is in force from now on: the old configuration with the changes of `applied`.
    public let configuration: Configuration
    public let applied: [Change]
    /// Changes that stay without effect until the daemon is started anew.
    public let needsRestart: [Change]
  }

  /// Reads `path` again, and takes from it what may change while the daemon watches.
  ///
  /// - Throws: as reading does; `self` then stays in force as it is.
  public func reload(from path: String) throws(ConfigurationError) -> Reload {
    reload(with: try Configuration(contentsOf: path))
  }

  /// The same with a configuration that has been read.
  public func reload(with new: Configuration) -> Reload {
    var result = self
    var applied: [Reload.Change] = []
    var needsRestart: [Reload.Change] = []
    for key in Self.keys {
      let change = Reload.Change(key: key.path, old: key.show(self), new: key.show(new))
      if change.old == change.new { continue }
      if key.reloads {
        key.copy(new, &result)
        applied.append(change)
      } else {
        needsRestart.append(change)
      }
    }
    return Reload(configuration: result, applied: applied, needsRestart: needsRestart)
  }
}

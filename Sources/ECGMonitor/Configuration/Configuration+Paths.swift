import Glibc

extension Configuration {
  /// Where the model's file may be, in the order in which it is looked for.
  ///
  /// A relative path is looked for beside the configuration file (an administrator's own model),
  /// in the folder above it (a checkout, where Config/ and Models/ are neighbours), and in the
  /// package's folder.
  public var modelPathCandidates: [String] { candidates(for: model.path) }

  private func candidates(for path: String) -> [String] {
    if path.hasPrefix("/") { return [path] }
    let folder = file.map(Self.folder(of:)) ?? "."
    return [folder, folder + "/..", Self.packageFolder].map { "\($0)/\(path)" }
  }

  /// The first candidate that is there.
  public func resolveModelPath() throws(ConfigurationError) -> String {
    try resolve(model.path, key: "model.path")
  }

  /// The denoiser's file, looked for in the same places; nil where none is wanted.
  public func resolveDenoiserPath() throws(ConfigurationError) -> String? {
    guard let path = waveforms.denoiser else { return nil }
    return try resolve(path, key: "waveforms.denoiser")
  }

  private func resolve(_ path: String, key: String) throws(ConfigurationError) -> String {
    let candidates = candidates(for: path)
    if let found = candidates.first(where: { unsafe access($0, R_OK) == 0 }) { return found }
    throw ConfigurationError(
      file: file ?? "defaults",
      problems: [
        .init(
          line: nil, key: key,
          message: "no readable file at " + candidates.joined(separator: ", "))
      ])
  }

  /// The journal's file. A relative path starts from the state directory that systemd names, or
  /// else from the user's.
  public func journalPath(environment: (String) -> String? = environmentValue) -> String {
    if journal.path.hasPrefix("/") { return journal.path }
    // systemd names several directories with colons between; the unit asks for one.
    if let state = environment("STATE_DIRECTORY")?.split(separator: ":").first {
      return "\(state)/\(journal.path)"
    }
    if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
      return "\(state)/ecgd/\(journal.path)"
    }
    return "\(environment("HOME") ?? ".")/.local/state/ecgd/\(journal.path)"
  }

  /// The file of the streams' states: a relative path starts from the journal's folder. Nil where
  /// nothing is kept.
  public func checkpointPath(environment: (String) -> String? = environmentValue) -> String? {
    guard let path = restart.checkpoint else { return nil }
    if path.hasPrefix("/") { return path }
    return "\(Self.folder(of: journalPath(environment: environment)))/\(path)"
  }

  /// Where the daemon's secret key is; nil where no keys are used.
  public func secretKeyPath(environment: (String) -> String? = environmentValue) -> String? {
    guard let path = keys.secret else { return nil }
    if path.hasPrefix("/") { return path }
    if let credentials = environment("CREDENTIALS_DIRECTORY") {
      let credential = "\(credentials)/\(path)"
      if unsafe access(credential, F_OK) == 0 { return credential }
    }
    return besideFile(path)
  }

  /// Where the file of authorised keys is; nil where no keys are used.
  public var authorizedKeysPath: String? { keys.authorized.map(besideFile) }

  private func besideFile(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(file.map(Self.folder(of:)) ?? ".")/\(path)"
  }

  static let packageFolder = "/usr/share/ecgd"

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// The value of an environment variable, nil where it is unset or empty.
public func environmentValue(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  let text = unsafe String(cString: value)
  return text.isEmpty ? nil : text
}

import Yams

extension Configuration {
  /// Reads the file at `path`.
  ///
  /// - Throws: every problem of the file at once, except that text which is no YAML, or has a key
  ///   twice, is reported alone.
  public init(contentsOf path: String) throws(ConfigurationError) {
    let text: String
    do {
      text = try readText(path, maximumBytes: Self.maximumFileBytes)
    } catch {
      throw ConfigurationError(
        file: path, problems: [.init(line: nil, key: nil, message: error.message)])
    }
    try self.init(yaml: text, file: path)
  }

  /// Reads `yaml`, which is said to come from `file`.
  public init(yaml: String, file: String) throws(ConfigurationError) {
    self.init()
    self.file = file
    var reader = ConfigurationReader()
    if let root = try Self.compose(yaml, file: file) {
      reader.read(root, keys: Self.keys, sections: Self.sections, at: "", into: &self)
    }
    checkBetweenKeys(&reader)
    guard reader.problems.isEmpty else {
      throw ConfigurationError(file: file, problems: reader.problems)
    }
  }

  static let maximumFileBytes = 1 << 20

  private static func compose(
    _ yaml: String, file: String
  ) throws(ConfigurationError) -> Node? {
    do {
      return try Yams.compose(yaml: yaml, .basic, .default, .utf8)
    } catch let error as YamlError {
      throw ConfigurationError(file: file, problems: problems(of: error, in: yaml))
    } catch {
      throw ConfigurationError(
        file: file, problems: [.init(line: nil, key: nil, message: "not YAML: \(error)")])
    }
  }

  private static func problems(
    of error: YamlError, in yaml: String
  ) -> [ConfigurationError.Problem] {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let around = context.map { " (\($0.text) at line \($0.mark.line))" } ?? ""
      return [.init(line: mark.line, key: nil, message: "not YAML: \(problem)\(around)")]
    case .duplicatedKeysInMapping(let duplicates, let context):
      return duplicates.map { name in
        .init(
          line: lastLine(of: name, from: context.mark.line, in: yaml), key: name,
          message: "key given more than once in one mapping")
      }
    case .reader(let problem, let offset, _, _):
      let before = offset.map { yaml.unicodeScalars.prefix($0).count { $0 == "\n" } + 1 }
      return [.init(line: before, key: nil, message: "not YAML: \(problem)")]
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      return [.init(line: nil, key: nil, message: "not YAML: \(error)")]
    }
  }

  /// Yams names only the mapping that has a key twice: the second one is looked for from there,
  /// at the indentation of the first.
  private static func lastLine(of name: String, from start: Int, in yaml: String) -> Int {
    let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
    var indents: [Int: [Int]] = [:]
    for (index, line) in lines.enumerated().dropFirst(start - 1) {
      var body = line.drop { $0 == " " }
      if body.hasPrefix("- ") { body = body.dropFirst(2).drop { $0 == " " } }
      guard body.hasPrefix(name), body.dropFirst(name.count).drop(while: { $0 == " " }).first == ":"
      else { continue }
      indents[line.count - body.count, default: []].append(index + 1)
    }
    return indents.values.filter { $0.count > 1 }.map { $0[1] }.min() ?? start
  }

  private func checkBetweenKeys(_ reader: inout ConfigurationReader) {
    if alarm.persistence.k > alarm.persistence.n {
      let line = reader.lines["alarm.persistence.k"] ?? reader.lines["alarm.persistence.n"]
      reader.report(
        line: line, key: "alarm.persistence.k",
        "expected at most n = \(alarm.persistence.n), found \(alarm.persistence.k)")
    }
    checkKeys(&reader)
    var bound: [Endpoint: String] = [:]
    for socket in sockets {
      let line = reader.lines["\(socket.place).endpoint"] ?? reader.lines[socket.place]
      if !socket.endpoint.isLocal, !socket.insecure, !keys.areUsed {
        reader.report(
          line: line, key: "\(socket.place).endpoint",
          "expected a loopback or ipc endpoint, found \(socket.endpoint), which other machines "
            + "reach: without keys that takes 'insecure: true' beside it")
      }
      if socket.insecure, keys.areUsed {
        reader.report(
          line: reader.lines["\(socket.place).insecure"] ?? line, key: "\(socket.place).insecure",
          "expected false beside keys, which every socket asks for")
      }
      guard socket.isBound, !socket.endpoint.text.hasSuffix(":*") else { continue }
      if let other = bound.updateValue(socket.place, forKey: socket.endpoint) {
        reader.report(
          line: line, key: "\(socket.place).endpoint",
          "\(socket.endpoint) is already bound by \(other)")
      }
    }
  }

  private func checkKeys(_ reader: inout ConfigurationReader) {
    guard (keys.secret == nil) != (keys.authorized == nil) else { return }
    let (given, missing) =
      keys.secret == nil
      ? ("keys.authorized", "keys.secret") : ("keys.secret", "keys.authorized")
    reader.report(
      line: reader.lines[given], key: missing, "expected a path, because \(given) has one")
  }

  private var sockets: [(place: String, endpoint: Endpoint, insecure: Bool, isBound: Bool)] {
    samples.sockets.enumerated().map { index, socket in
      ("samples.sockets[\(index)]", socket.endpoint, socket.insecure, socket.attach == .bind)
    } + [
      ("alerts", alerts.endpoint, alerts.insecure, true),
      ("waveforms", waveforms.endpoint, waveforms.insecure, true),
      ("control", control.endpoint, control.insecure, true),
    ]
  }
}

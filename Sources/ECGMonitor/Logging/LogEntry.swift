import Logging

/// One message with its fields, as both destinations write it.
struct LogEntry {
  let level: Logger.Level
  let message: String
  /// Sorted by name, so that lines compare.
  let fields: [(name: String, value: String)]

  /// syslog(3)'s number, which journald shows in colour.
  var priority: Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }

  /// The fields of the journal's native protocol: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, and each
  /// field as ECGD_NAME.
  func journalFields(identifier: String) -> [[UInt8]] {
    [
      "MESSAGE=\(message)", "PRIORITY=\(priority)", "SYSLOG_IDENTIFIER=\(identifier)",
    ].map { Array($0.utf8) }
      + fields.map { Array("\(Self.journalName($0.name))=\($0.value)".utf8) }
  }

  /// `TIME LEVEL: MESSAGE name=value ...`, control characters made visible: one entry is one line
  /// whatever a peer called itself.
  func line(time: String) -> String {
    var text = "\(time) \(level.rawValue): \(message)"
    for field in fields {
      let isWord = !field.value.isEmpty && field.value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 }
      text += " \(field.name)=" + (isWord ? field.value : "\"\(field.value)\"")
    }
    return Self.visible(text) + "\n"
  }

  /// journald drops names with other bytes, or over 64 of them.
  private static func journalName(_ name: String) -> String {
    let bytes = name.uppercased().utf8.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
      default: UInt8(ascii: "_")
      }
    }
    return String(decoding: Array("ECGD_".utf8) + bytes.prefix(59), as: UTF8.self)
  }

  private static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isControl(scalar) {
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control
  }
}

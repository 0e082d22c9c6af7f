import ECGAlarm
import ECGCore
import Yams

/// How one kind of value is read from YAML, written as YAML, and described to people.
///
/// Scalars are read by their text, never by YAML's own guess at their type, so that `off`, `no`
/// and `1e3` mean what they look like.
struct ValueType<Value: Sendable>: Sendable {
  /// Completes "expected ...".
  let expected: String
  /// Nil where the node is not as expected.
  let parse: @Sendable (Node) -> Value?
  /// The value as YAML on one line.
  let show: @Sendable (Value) -> String
}

extension ValueType where Value == Int {
  static func integer(_ range: ClosedRange<Int>, _ unit: String = "") -> Self {
    Self(
      expected: "a whole number\(of(unit)) from \(range.lowerBound) to \(range.upperBound)",
      parse: { plainText($0).flatMap { Int($0) }.flatMap { range.contains($0) ? $0 : nil } },
      show: { "\($0)" })
  }
}

extension ValueType where Value == Double {
  static func number(_ range: ClosedRange<Double>, _ unit: String = "") -> Self {
    Self(
      expected: "a number\(of(unit)) from \(decimal(range.lowerBound)) to "
        + decimal(range.upperBound),
      // A range holds neither NaN nor infinity.
      parse: { plainText($0).flatMap { Double($0) }.flatMap { range.contains($0) ? $0 : nil } },
      show: decimal)
  }
}

extension ValueType where Value == Bool {
  static var truth: Self {
    Self(
      expected: "true or false",
      parse: { plainText($0).flatMap { ["true": true, "false": false][$0] } },
      show: { $0 ? "true" : "false" })
  }
}

extension ValueType where Value == String {
  static func text(_ description: String) -> Self {
    Self(
      expected: description,
      parse: { $0.scalar.flatMap { $0.string.isEmpty ? nil : $0.string } },
      show: quotedWhereNeeded)
  }
}

extension ValueType where Value == Endpoint {
  static var endpoint: Self {
    Self(
      expected: "an endpoint such as tcp://127.0.0.1:5601 or ipc:///run/ecgd/samples",
      parse: { $0.scalar.flatMap { Endpoint($0.string) } },
      show: { quotedWhereNeeded($0.text) })
  }
}

extension ValueType where Value: RawRepresentable<String> & CaseIterable {
  static var choice: Self {
    Self(
      expected: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "),
      parse: { $0.scalar.flatMap { Value(rawValue: $0.string) } },
      show: { $0.rawValue })
  }
}

extension ValueType where Value == [Lead] {
  static var leads: Self {
    Self(
      expected: "a list of lead names such as [MLII, II], each 1 to \(Lead.maximumLength) "
        + "printable characters",
      parse: { node in
        guard let items = node.sequence else { return nil }
        let leads = items.compactMap { $0.scalar.flatMap { Lead($0.string) } }
        return leads.count == items.count ? leads : nil
      },
      show: { "[" + $0.map { quotedWhereNeeded($0.name) }.joined(separator: ", ") + "]" })
  }
}

extension ValueType where Value == [ConditionName] {
  static var conditions: Self {
    Self(
      expected: "a list of conditions such as [asystole], each one of Protocol.md's codes",
      parse: { node in
        guard let items = node.sequence else { return nil }
        let names = items.compactMap { $0.scalar.flatMap { ConditionName(rawValue: $0.string) } }
        return names.count == items.count ? names : nil
      },
      show: { "[" + $0.map(\.rawValue).joined(separator: ", ") + "]" })
  }
}

extension ValueType {
  /// Either `word`, which is nil in Swift, or a value of this type.
  func orWord(_ word: String) -> ValueType<Value?> {
    ValueType<Value?>(
      expected: "\(word), or \(expected)",
      parse: { $0.scalar?.string == word ? .some(nil) : parse($0).map(Optional.some) },
      show: { $0.map(show) ?? word })
  }
}

/// The text of a scalar that stands without quotes: a quoted number is a text.
private func plainText(_ node: Node) -> String? {
  guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else {
    return nil
  }
  return scalar.string
}

private func of(_ unit: String) -> String { unit.isEmpty ? "" : " of \(unit)" }

/// Without the `.0` that nobody writes.
@Sendable
private func decimal(_ value: Double) -> String {
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// Plain where a reader of YAML cannot take it for anything else.
@Sendable
private func quotedWhereNeeded(_ text: String) -> String {
  let safe = text.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
  let first = text.utf8.first
  let ambiguous = first == UInt8(ascii: "-") || first == UInt8(ascii: ":") || text.hasSuffix(":")
  if safe, !ambiguous { return text }
  return "'"
    + text.split(separator: "'", omittingEmptySubsequences: false)
    .joined(separator: "''") + "'"
}

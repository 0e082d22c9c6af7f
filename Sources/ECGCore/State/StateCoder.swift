/// Writes a value's state into bytes, or takes it out of them: one walk over the fields does both,
/// so that a field more is one line.
///
/// Every field has a number that is unique and rises within its group, and a length. Reading skips
/// numbers that it does not know and leaves alone what has none in the bytes: states of older and
/// newer versions can be read as long as a number keeps its meaning. Wrong lengths and values out
/// of range are a failure, after which nothing more is read.
///
/// Writing allocates nothing: the bytes are allocated in `init`.
public struct StateCoder: Sendable {
  public enum Failure: Error, Equatable, Sendable {
    /// The bytes end within a field.
    case truncated
    /// A field has another size than expected; the field's number.
    case size(field: UInt8, expected: Int, actual: Int)
    /// A value that cannot be; the field's number.
    case outOfRange(field: UInt8)
    /// Writing: more state than there is room for.
    case full(capacity: Int)
  }

  public private(set) var failure: Failure?
  /// Whether fields are taken out of the bytes; else they are written.
  public private(set) var isReading = false
  private var bytes: [UInt8]
  private var at = 0
  /// Reading: where the present group ends.
  private var end: Int
  private var lastField: Int = -1

  private static let longMark: UInt8 = 255

  /// For writing at most `capacity` bytes.
  public init(capacity: Int) {
    bytes = [UInt8](repeating: 0, count: capacity)
    end = capacity
  }

  /// For reading.
  public init(reading bytes: [UInt8]) {
    self.bytes = bytes
    end = bytes.count
    isReading = true
  }

  /// Forgets what was written.
  public mutating func reset() {
    precondition(!isReading)
    at = 0
    failure = nil
    lastField = -1
  }

  /// The number of bytes written.
  public var count: Int { at }

  /// What was written, for one call.
  public func withBytes<Result>(_ body: (RawSpan) -> Result) -> Result {
    body(unsafe bytes.span.bytes.extracting(0..<at))
  }

  /// What was written, as an array of its own.
  public var written: [UInt8] { Array(bytes[..<at]) }

  /// Reading: values that cannot be.
  public mutating func refuse(_ field: UInt8) { fail(.outOfRange(field: field)) }

  private mutating func fail(_ reason: Failure) {
    if failure == nil { failure = reason }
  }
}

/// What can be kept in a checkpoint.
public protocol Checkpointed {
  /// Names each field of the state once, in the order of its numbers.
  mutating func code(_ state: inout StateCoder)
}

/// A number that is kept as its bytes.
public protocol StateScalar: BitwiseCopyable {}
extension UInt8: StateScalar {}
extension UInt16: StateScalar {}
extension Int: StateScalar {}
extension Int64: StateScalar {}
extension UInt32: StateScalar {}
extension UInt64: StateScalar {}
extension Float: StateScalar {}
extension Double: StateScalar {}
extension SampleNumber: StateScalar {}

extension StateCoder {
  public mutating func field<T: StateScalar>(_ number: UInt8, _ value: inout T) {
    if isReading {
      guard let length = find(number), check(number, length, MemoryLayout<T>.size) else { return }
      value = load()
    } else {
      guard begin(number, length: MemoryLayout<T>.size) else { return }
      store(value)
    }
  }

  /// A number that indexes something: refused where it lies outside of `range`.
  public mutating func field(_ number: UInt8, _ value: inout Int, in range: ClosedRange<Int>) {
    var coded = value
    field(number, &coded)
    if isReading, !range.contains(coded) { return refuse(number) }
    value = coded
  }

  public mutating func field(_ number: UInt8, _ value: inout Bool) {
    var byte: UInt8 = value ? 1 : 0
    field(number, &byte)
    value = byte != 0
  }

  /// Nil is a field without bytes.
  public mutating func field<T: StateScalar>(_ number: UInt8, _ value: inout T?) {
    if isReading {
      guard let length = find(number) else { return }
      if length == 0 {
        value = nil
        return
      }
      guard check(number, length, MemoryLayout<T>.size) else { return }
      value = load() as T
    } else if let value {
      guard begin(number, length: MemoryLayout<T>.size) else { return }
      store(value)
    } else {
      _ = begin(number, length: 0)
    }
  }

  /// An array of a length that does not change.
  public mutating func field<T: StateScalar>(_ number: UInt8, _ values: inout [T]) {
    let size = values.count * MemoryLayout<T>.size
    if isReading {
      guard let length = find(number), check(number, length, size) else { return }
      for i in 0..<values.count { values[i] = load() }
    } else {
      guard begin(number, length: size) else { return }
      for i in 0..<values.count { store(values[i]) }
    }
  }

  public mutating func field(_ number: UInt8, _ values: inout [Bool]) {
    if isReading {
      guard let length = find(number), check(number, length, values.count) else { return }
      for i in 0..<values.count { values[i] = (load() as UInt8) != 0 }
    } else {
      guard begin(number, length: values.count) else { return }
      for i in 0..<values.count { store(UInt8(values[i] ? 1 : 0)) }
    }
  }

  public mutating func field<let n: Int, T: StateScalar>(
    _ number: UInt8, _ values: inout InlineArray<n, T>
  ) {
    let size = n * MemoryLayout<T>.size
    if isReading {
      guard let length = find(number), check(number, length, size) else { return }
      for i in 0..<n { values[i] = load() }
    } else {
      guard begin(number, length: size) else { return }
      for i in 0..<n { store(values[i]) }
    }
  }

  /// Text; allocates where it is read.
  public mutating func field(_ number: UInt8, _ text: inout String) {
    if isReading {
      guard let length = find(number) else { return }
      text = String(decoding: bytes[at..<(at + length)], as: UTF8.self)
      at += length
    } else {
      guard begin(number, length: text.utf8.count) else { return }
      // Unoptimised builds allocate for any sequence but a range.
      var i = text.utf8.startIndex
      while i != text.utf8.endIndex {
        store(text.utf8[i])
        i = text.utf8.index(after: i)
      }
    }
  }

  /// A part with fields of its own.
  public mutating func group<T: Checkpointed>(_ number: UInt8, _ value: inout T) {
    let (outerEnd, outerField) = (end, lastField)
    guard enter(number) else { return }
    let start = at
    value.code(&self)
    leave(start, outerEnd, outerField)
  }

  /// A part that the configuration may lack: kept where it is there.
  public mutating func group<T: Checkpointed>(_ number: UInt8, _ value: inout T?) {
    if value != nil { group(number, &value!) }
  }

  /// An array of parts, of a length that does not change and is at most 255.
  public mutating func group<T: Checkpointed>(_ number: UInt8, _ values: inout [T]) {
    let (outerEnd, outerField) = (end, lastField)
    guard enter(number) else { return }
    let start = at
    for i in 0..<values.count { group(UInt8(i), &values[i]) }
    leave(start, outerEnd, outerField)
  }
}

/// The bytes of a field: its number, its length (one byte, or 255 and four more), its content.
extension StateCoder {
  /// Writes the head of a field; false where there is no room for it.
  private mutating func begin(_ number: UInt8, length: Int) -> Bool {
    guard failure == nil else { return false }
    precondition(Int(number) > lastField)
    lastField = Int(number)
    guard at + 6 + length <= bytes.count else {
      fail(.full(capacity: bytes.count))
      return false
    }
    store(number)
    if length < Int(Self.longMark) {
      store(UInt8(length))
    } else {
      store(Self.longMark)
      store(UInt32(length))
    }
    return true
  }

  /// Goes to the content of a field and returns its length; nil where there is none, with the
  /// place left as it was.
  private mutating func find(_ number: UInt8) -> Int? {
    guard failure == nil else { return nil }
    while at < end {
      let place = at
      guard end - at >= 2 else { return truncated() }
      let found: UInt8 = load()
      let short: UInt8 = load()
      var length = Int(short)
      if short == Self.longMark {
        guard end - at >= 4 else { return truncated() }
        length = Int(load() as UInt32)
      }
      guard length <= end - at else { return truncated() }
      if found == number { return length }
      if found > number {
        at = place
        return nil
      }
      at += length
    }
    return nil
  }

  private mutating func truncated() -> Int? {
    fail(.truncated)
    return nil
  }

  private mutating func check(_ number: UInt8, _ length: Int, _ expected: Int) -> Bool {
    if length != expected { fail(.size(field: number, expected: expected, actual: length)) }
    return length == expected
  }

  /// False where the group is not there, or there is no room for it.
  private mutating func enter(_ number: UInt8) -> Bool {
    if isReading {
      guard let length = find(number) else { return false }
      end = at + length
    } else {
      guard failure == nil else { return false }
      precondition(Int(number) > lastField)
      guard at + 6 <= bytes.count else {
        fail(.full(capacity: bytes.count))
        return false
      }
      store(number)
      store(Self.longMark)
      store(UInt32(0))
    }
    lastField = -1
    return true
  }

  /// - Parameter start: where the group's content begins.
  private mutating func leave(_ start: Int, _ outerEnd: Int, _ outerField: Int) {
    if isReading {
      // Also past fields that nobody asked for.
      at = end
      end = outerEnd
    } else {
      let length = UInt32(at - start)
      for i in 0..<4 { bytes[start - 4 + i] = UInt8(truncatingIfNeeded: length >> (8 * i)) }
    }
    lastField = outerField
  }

  private mutating func store<T: BitwiseCopyable>(_ value: T) {
    let place = at
    precondition(place + MemoryLayout<T>.size <= bytes.count)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    raw.storeBytes(of: value, toByteOffset: place, as: T.self)
    at += MemoryLayout<T>.size
  }

  private mutating func load<T: StateScalar>() -> T {
    precondition(at + MemoryLayout<T>.size <= bytes.count)
    let value = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: at, as: T.self)
    at += MemoryLayout<T>.size
    return value
  }
}

/// A fixed number of floats, aligned as the vector kernels need them; zero at first.
///
/// An array cannot do this: its elements are aligned to 16 bytes whatever their type. A copy
/// shares the memory until one of the two is written to.
@safe struct FloatStore: @unchecked Sendable {
  /// A cache line.
  private static let alignmentBytes = 64
  private static let lanes = 8

  private var memory: Memory
  /// The number of floats, a multiple of 8.
  let count: Int

  init(count: Int) {
    precondition(count >= 0)
    self.count = Self.padded(count)
    memory = Memory(count: self.count)
  }

  /// The next multiple of 8.
  static func padded(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }

  /// Lends a range of the floats.
  func read<R, E: Error>(
    _ range: Range<Int>, _ body: (Span<Float>) throws(E) -> R
  ) throws(E) -> R {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return try unsafe withPointer { (base: UnsafePointer<Float>) throws(E) -> R in
      let buffer = unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
      return try body(unsafe buffer.span)
    }
  }

  /// Lends a range of the floats for writing.
  mutating func write<R, E: Error>(
    _ range: Range<Int>, _ body: (inout MutableSpan<Float>) throws(E) -> R
  ) throws(E) -> R {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return try unsafe withMutablePointer { (base: UnsafeMutablePointer<Float>) throws(E) -> R in
      let buffer = unsafe UnsafeMutableBufferPointer(
        start: base + range.lowerBound, count: range.count)
      var span = unsafe buffer.mutableSpan
      return try body(&span)
    }
  }

  /// Copies `count` floats from one place to another that does not overlap it.
  mutating func copy(from source: Int, to target: Int, count: Int) {
    precondition(source >= 0 && source + count <= self.count)
    precondition(target >= 0 && target + count <= self.count)
    precondition(source + count <= target || target + count <= source)
    unsafe withMutablePointer { base in
      unsafe (base + target).update(from: base + source, count: count)
    }
  }

  /// The floats' memory; for the calls of the kernels, which check what they touch beforehand.
  @unsafe func withPointer<R, E: Error>(
    _ body: (UnsafePointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    defer { withExtendedLifetime(memory) {} }
    return try unsafe body(memory.base)
  }

  /// The same for writing.
  @unsafe mutating func withMutablePointer<R, E: Error>(
    _ body: (UnsafeMutablePointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    if !isKnownUniquelyReferenced(&memory) { memory = Memory(copying: memory) }
    defer { withExtendedLifetime(memory) {} }
    return try unsafe body(memory.base)
  }

  /// Owns the memory.
  @safe private final class Memory {
    let base: UnsafeMutablePointer<Float>
    private let count: Int

    init(count: Int) {
      self.count = count
      let raw = UnsafeMutableRawPointer.allocate(
        byteCount: count * MemoryLayout<Float>.stride, alignment: alignmentBytes)
      unsafe base = raw.bindMemory(to: Float.self, capacity: count)
      unsafe base.initialize(repeating: 0, count: count)
    }

    convenience init(copying other: Memory) {
      self.init(count: other.count)
      unsafe base.update(from: other.base, count: count)
    }

    deinit { unsafe base.deallocate() }
  }
}

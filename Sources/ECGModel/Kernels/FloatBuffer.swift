/// A fixed block of floats on a 64-byte boundary, as the vector kernels want it; zero at first.
@safe
struct FloatBuffer: ~Copyable, @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let count: Int

  static let alignment = 64

  init(count: Int) {
    precondition(count >= 0)
    self.count = count
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: Self.alignment)
    unsafe base = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    unsafe base.initialize(repeating: 0, count: max(count, 1))
  }

  deinit { unsafe base.deallocate() }

  /// One element, checked.
  subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count)
      return unsafe base[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count)
      unsafe base[index] = newValue
    }
  }

  /// Lends some elements to `body`.
  func withSpan(_ start: Int, count: Int, _ body: (inout MutableSpan<Float>) -> Void) {
    precondition(start >= 0 && start + count <= self.count)
    let elements = unsafe UnsafeMutableBufferPointer(start: base + start, count: count)
    var span = unsafe elements.mutableSpan
    body(&span)
  }

  /// Copies a span to the elements from `start` on. What is not finite becomes the plain NaN: the
  /// kernels' exponential carries that one through, and makes a number of some others.
  func write(_ values: Span<Float>, at start: Int) {
    precondition(start >= 0 && start + values.count <= count)
    for i in values.indices { unsafe base[start + i] = values[i].isFinite ? values[i] : .nan }
  }

  /// Copies the elements from `start` on into a span, as many as it holds.
  func read(at start: Int, into values: inout MutableSpan<Float>) {
    precondition(start >= 0 && start + values.count <= count)
    for i in values.indices { values[i] = unsafe base[start + i] }
  }
}

/// Rounded up to whole vectors of eight.
func paddedToVector(_ count: Int) -> Int { (count + 7) / 8 * 8 }

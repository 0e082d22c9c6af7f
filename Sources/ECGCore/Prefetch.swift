import CPrefetch

/// Hints that memory will be read soon: the processor fetches it while it works on something else.
///
/// A hint changes nothing but the time, and may be about memory that is no longer there. Nothing
/// is read, allocated or retained here.
public enum Prefetch {
  static let lineBytes = 64
  /// Before an array's first element lie its class, its references, its count and its capacity.
  @usableFromInline static let headerBytes = 32

  /// The elements of an array in `range`, and what the array knows of itself.
  @inlinable
  public static func elements<T>(of array: [T], _ range: Range<Int>) {
    unsafe array.withUnsafeBufferPointer { elements in
      guard let start = unsafe UnsafeRawPointer(elements.baseAddress) else { return }
      let stride = MemoryLayout<T>.stride
      unsafe lines(from: start - headerBytes, bytes: headerBytes)
      unsafe lines(from: start + range.lowerBound * stride, bytes: range.count * stride)
    }
  }

  /// All elements of an array.
  @inlinable
  public static func elements<T>(of array: [T]) {
    unsafe array.withUnsafeBufferPointer { elements in
      guard let start = unsafe UnsafeRawPointer(elements.baseAddress) else { return }
      unsafe lines(
        from: start - headerBytes,
        bytes: headerBytes + elements.count * MemoryLayout<T>.stride)
    }
  }

  @unsafe
  @usableFromInline
  static func lines(from start: UnsafeRawPointer, bytes: Int) {
    let end = UInt(bitPattern: start) + UInt(bytes)
    var line = UInt(bitPattern: start) & ~UInt(lineBytes - 1)
    while line < end {
      unsafe ecgd_prefetch(UnsafeRawPointer(bitPattern: line))
      line += UInt(lineBytes)
    }
  }
}

/// Where an object lies: a hint about it needs neither a reference nor a look at it.
public struct ObjectPlace: Sendable {
  private let address: UInt
  private let bytes: Int

  /// - Parameter bytes: how much of the object, from its beginning on, will be wanted.
  public init(of object: AnyObject, bytes: Int) {
    let start = unsafe Unmanaged.passUnretained(object).toOpaque()
    address = UInt(bitPattern: start)
    self.bytes = bytes
  }

  /// Hints at the object's first stored properties.
  public func prefetch() {
    guard let start = unsafe UnsafeRawPointer(bitPattern: address) else { return }
    unsafe Prefetch.lines(from: start, bytes: bytes)
  }
}

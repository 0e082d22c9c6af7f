import CPrefetch

/// Hints that memory will be read soon: the processor fetches it while it works on something else.
///
/// A hint changes nothing but the time, and may be about memory that is no longer there. Nothing
/// is read, allocated or retained here: not even how many elements an array has, for that lies
/// where the elements do, and to ask is to wait.
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

  /// One element, and what the array knows of itself.
  @inlinable
  public static func element<T>(of array: [T], at index: Int) {
    unsafe array.withUnsafeBufferPointer { elements in
      guard let start = unsafe UnsafeRawPointer(elements.baseAddress) else { return }
      unsafe lines(from: start - headerBytes, bytes: headerBytes)
      unsafe lines(from: start + index * MemoryLayout<T>.stride, bytes: MemoryLayout<T>.stride)
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

  public init(of object: AnyObject) {
    let start = unsafe Unmanaged.passUnretained(object).toOpaque()
    address = UInt(bitPattern: start)
  }

  /// Hints at a part of the object.
  public func prefetch(after offset: Int = 0, bytes: Int) {
    guard let start = unsafe UnsafeRawPointer(bitPattern: address) else { return }
    unsafe Prefetch.lines(from: start + offset, bytes: bytes)
  }
}

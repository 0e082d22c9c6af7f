import Synchronization

/// A bounded queue of byte records between exactly one producer thread and one consumer thread.
///
/// Records lie contiguous in one buffer, each behind a 16-byte prefix (length and a caller's
/// word), aligned to 16 bytes. A record that does not fit before the end of the buffer starts
/// over at its beginning. Nothing is allocated after `init`, and neither side takes a lock.
@safe
public final class ByteRing: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  private let size: Int
  private let head = Atomic<Int>(0)  // bytes consumed; written by the consumer
  private let tail = Atomic<Int>(0)  // bytes produced; written by the producer

  private static let prefix = 16
  private static let alignment = 16
  /// The length that marks "the rest of the buffer is unused".
  private static let wrap: Int32 = -1

  public var capacity: Int { size }

  /// A ring of at least `minimumCapacity` bytes (rounded up to a power of two).
  public init(minimumCapacity: Int) {
    precondition(minimumCapacity >= 64)
    var capacity = 64
    while capacity < minimumCapacity { capacity <<= 1 }
    size = capacity
    unsafe base = .allocate(byteCount: capacity, alignment: Self.alignment)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: capacity)
  }

  deinit { unsafe base.deallocate() }

  /// The bytes in use, prefixes included, as either side may see them.
  public var count: Int { tail.load(ordering: .acquiring) - head.load(ordering: .acquiring) }

  private static func footprint(_ length: Int) -> Int {
    (prefix + length + alignment - 1) / alignment * alignment
  }

  /// Producer only. Copies one record with a tag and a word of the caller's; false, with nothing
  /// changed, where it does not fit now.
  public func push(_ record: RawSpan, tag: UInt32, word: UInt64) -> Bool {
    let footprint = Self.footprint(record.byteCount)
    precondition(footprint <= size / 2)
    var t = tail.load(ordering: .relaxed)
    let free = size - (t - head.load(ordering: .acquiring))
    let toEnd = size - (t & (size - 1))
    let skip = toEnd < footprint ? toEnd : 0
    guard free >= skip + footprint else { return false }
    if skip > 0 {
      unsafe base.storeBytes(of: Self.wrap, toByteOffset: t & (size - 1), as: Int32.self)
      t += skip
    }
    let at = unsafe base + (t & (size - 1))
    unsafe at.storeBytes(of: Int32(record.byteCount), as: Int32.self)
    unsafe at.storeBytes(of: tag, toByteOffset: 4, as: UInt32.self)
    unsafe at.storeBytes(of: word, toByteOffset: 8, as: UInt64.self)
    unsafe record.withUnsafeBytes { bytes in
      if bytes.count > 0 {
        unsafe (at + Self.prefix).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
      }
    }
    tail.store(t + footprint, ordering: .releasing)
    return true
  }

  /// Consumer only. The tags of the two records behind the oldest, as far as they are there
  /// already: what will be lent next and after that.
  public func following() -> (next: UInt32?, afterNext: UInt32?) {
    let t = tail.load(ordering: .acquiring)
    guard var h = place(head.load(ordering: .relaxed), before: t),
      let second = place(h + footprint(at: h), before: t)
    else { return (nil, nil) }
    h = second + footprint(at: second)
    return (tag(at: second), place(h, before: t).map { tag(at: $0) })
  }

  /// Where the record lies that begins at `h` or, where the buffer ends there, at its beginning;
  /// nil where none does.
  private func place(_ h: Int, before t: Int) -> Int? {
    guard h != t else { return nil }
    let isWrap = unsafe (base + (h & (size - 1))).load(as: Int32.self) == Self.wrap
    return isWrap ? h + size - (h & (size - 1)) : h
  }

  private func footprint(at h: Int) -> Int {
    Self.footprint(Int(unsafe (base + (h & (size - 1))).load(as: Int32.self)))
  }

  private func tag(at h: Int) -> UInt32 {
    unsafe (base + (h & (size - 1))).load(fromByteOffset: 4, as: UInt32.self)
  }

  /// Consumer only. Lends the oldest record to `body` and then frees it; false where the ring is
  /// empty. The span must not outlive the call.
  public func pop(_ body: (RawSpan, _ tag: UInt32, _ word: UInt64) -> Void) -> Bool {
    var h = head.load(ordering: .relaxed)
    guard h != tail.load(ordering: .acquiring) else { return false }
    var at = unsafe base + (h & (size - 1))
    let mark = unsafe at.load(as: Int32.self)
    if mark == Self.wrap {
      h += size - (h & (size - 1))
      unsafe at = base
    }
    let length = Int(unsafe at.load(as: Int32.self))
    let tag = unsafe at.load(fromByteOffset: 4, as: UInt32.self)
    let word = unsafe at.load(fromByteOffset: 8, as: UInt64.self)
    let bytes = unsafe UnsafeRawBufferPointer(start: at + Self.prefix, count: length)
    body(unsafe bytes.bytes, tag, word)
    head.store(h + Self.footprint(length), ordering: .releasing)
    return true
  }
}

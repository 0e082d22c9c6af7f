/// The most recent samples of one signal, addressed by their absolute index.
///
/// Storage is allocated once in `init`; `append` overwrites the oldest sample.
public struct SampleRing: Sendable {
  @usableFromInline var storage: [Float]
  @usableFromInline let mask: Int64

  /// The index that the next appended sample will get.
  @inlinable
  public var endIndex: Int64 { end }
  @usableFromInline var end: Int64
  /// The index of the oldest sample that is still held.
  @inlinable
  public var startIndex: Int64 { max(firstIndex, endIndex - Int64(storage.count)) }
  @usableFromInline var firstIndex: Int64

  public var capacity: Int { storage.count }

  /// A ring that holds at least `minimumCapacity` samples (rounded up to a power of two).
  public init(minimumCapacity: Int) {
    precondition(minimumCapacity > 0)
    var capacity = 1
    while capacity < minimumCapacity { capacity <<= 1 }
    storage = [Float](repeating: 0, count: capacity)
    mask = Int64(capacity - 1)
    end = 0
    firstIndex = 0
  }

  @inlinable
  @inline(__always)
  public mutating func append(_ sample: Float) {
    storage[Int(end & mask)] = sample
    end += 1
  }

  /// The sample at an absolute index in `startIndex..<endIndex`.
  @inlinable
  @inline(__always)
  public subscript(index: Int64) -> Float {
    precondition(index >= startIndex)
    precondition(index < endIndex)
    return storage[Int(index & mask)]
  }

  /// Hints that the next `count` samples will be appended.
  public func prefetch(_ count: Int) {
    let start = Int(endIndex & mask)
    Prefetch.elements(of: storage, start..<min(start + count, Int(mask) + 1))
  }

  /// Hints that the samples from `start` to the end will be read.
  public func prefetch(from start: Int64) {
    let (first, last) = (Int(max(start, 0) & mask), Int(endIndex & mask))
    if first <= last {
      Prefetch.elements(of: storage, first..<last)
    } else {
      Prefetch.elements(of: storage, first..<(Int(mask) + 1))
      Prefetch.elements(of: storage, 0..<last)
    }
  }

  /// Copies the samples from `start` on into `destination`, as many as it holds.
  public func copy(from start: Int64, into destination: inout MutableSpan<Float>) {
    precondition(start >= startIndex)
    precondition(start + Int64(destination.count) <= endIndex)
    for i in 0..<destination.count {
      destination[i] = storage[Int((start + Int64(i)) & mask)]
    }
  }

  /// Forgets every sample; the next one gets `index`.
  public mutating func reset(at index: Int64 = 0) {
    end = index
    firstIndex = index
  }
}

extension SampleRing: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &storage)
    state.field(2, &end)
    state.field(3, &firstIndex)
    if firstIndex < 0 || end < firstIndex { state.refuse(2) }
  }
}

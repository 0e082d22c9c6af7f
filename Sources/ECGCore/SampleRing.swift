/// The most recent samples of one signal, addressed by their absolute index.
///
/// Storage is allocated once in `init`; `append` overwrites the oldest sample.
public struct SampleRing: Sendable {
  private var storage: [Float]
  private let mask: Int64

  /// The index that the next appended sample will get.
  public private(set) var endIndex: Int64
  /// The index of the oldest sample that is still held.
  public var startIndex: Int64 { max(firstIndex, endIndex - Int64(storage.count)) }
  private var firstIndex: Int64

  public var capacity: Int { storage.count }

  /// A ring that holds at least `minimumCapacity` samples (rounded up to a power of two).
  public init(minimumCapacity: Int) {
    precondition(minimumCapacity > 0)
    var capacity = 1
    while capacity < minimumCapacity { capacity <<= 1 }
    storage = [Float](repeating: 0, count: capacity)
    mask = Int64(capacity - 1)
    endIndex = 0
    firstIndex = 0
  }

  @inline(__always)
  public mutating func append(_ sample: Float) {
    storage[Int(endIndex & mask)] = sample
    endIndex += 1
  }

  /// The sample at an absolute index in `startIndex..<endIndex`.
  @inline(__always)
  public subscript(index: Int64) -> Float {
    precondition(index >= startIndex)
    precondition(index < endIndex)
    return storage[Int(index & mask)]
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
    endIndex = index
    firstIndex = index
  }
}

extension SampleRing: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &storage)
    state.field(2, &endIndex)
    state.field(3, &firstIndex)
    if firstIndex < 0 || endIndex < firstIndex { state.refuse(2) }
  }
}

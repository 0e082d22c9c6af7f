import Synchronization

/// A bounded queue between exactly one producer thread and one consumer thread.
///
/// Slots are allocated once; neither side takes a lock. Each index is written by one side alone:
/// a release store publishes the slot, an acquire load sees it.
@safe
public final class SPSCRing<Element: Sendable>: @unchecked Sendable {
  private let slots: UnsafeMutablePointer<Element?>
  private let mask: Int
  private let head = Atomic<Int>(0)  // next slot to pop; written by the consumer
  private let tail = Atomic<Int>(0)  // next slot to push; written by the producer

  public var capacity: Int { mask + 1 }

  /// A queue for at least `minimumCapacity` elements (rounded up to a power of two).
  public init(minimumCapacity: Int) {
    precondition(minimumCapacity > 0)
    var capacity = 1
    while capacity < minimumCapacity { capacity <<= 1 }
    mask = capacity - 1
    unsafe slots = .allocate(capacity: capacity)
    unsafe slots.initialize(repeating: nil, count: capacity)
  }

  deinit {
    unsafe slots.deinitialize(count: capacity)
    unsafe slots.deallocate()
  }

  /// The number of elements queued, as either side may see it.
  public var count: Int {
    tail.load(ordering: .acquiring) - head.load(ordering: .acquiring)
  }

  /// Producer only. False, with nothing changed, where the queue is full.
  public func push(_ element: Element) -> Bool {
    let t = tail.load(ordering: .relaxed)
    guard t - head.load(ordering: .acquiring) <= mask else { return false }
    unsafe slots[t & mask] = element
    tail.store(t + 1, ordering: .releasing)
    return true
  }

  /// Consumer only.
  public func pop() -> Element? {
    let h = head.load(ordering: .relaxed)
    guard h != tail.load(ordering: .acquiring) else { return nil }
    let element = unsafe slots[h & mask]
    unsafe slots[h & mask] = nil
    head.store(h + 1, ordering: .releasing)
    return element
  }
}

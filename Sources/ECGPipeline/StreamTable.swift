import ECGCore

/// The streams of a shard by slot: an array, because every packet looks its stream up.
struct StreamTable {
  private var places: [StreamPipeline?] = []
  /// Where they lie, so that they can be fetched without being looked at.
  private var objects: [ObjectPlace?] = []
  private(set) var count = 0

  /// Grows when a slot is set that was never used; looking up neither grows nor hashes.
  subscript(slot: Int) -> StreamPipeline? {
    get { slot < places.count ? places[slot] : nil }
    set {
      precondition(slot >= 0)
      while slot >= places.count {
        places.append(nil)
        objects.append(nil)
      }
      count += (newValue == nil ? 0 : 1) - (places[slot] == nil ? 0 : 1)
      places[slot] = newValue
      objects[slot] = newValue.map { ObjectPlace(of: $0) }
    }
  }

  /// Hints that a packet of a stream comes soon, and then that it comes next.
  func prefetchObject(slot: Int) {
    if slot < objects.count { objects[slot]?.prefetch(bytes: StreamPipeline.packetBytes) }
  }

  func prefetchPacket(slot: Int) {
    guard slot < objects.count, let place = objects[slot] else { return }
    places[slot]?.prefetchPacket(place)
  }

  /// Hints that a beat of a stream will be judged soon, and then that it is next.
  func prefetchJudge(slot: Int) {
    guard slot < objects.count else { return }
    objects[slot]?.prefetch(after: StreamPipeline.packetBytes, bytes: StreamPipeline.beatBytes)
  }

  func prefetchConclusion(slot: Int) {
    if slot < places.count { places[slot]?.prefetchConclusion() }
  }

  /// The first stream for which `condition` holds.
  func first(where condition: (StreamPipeline) -> Bool) -> StreamPipeline? {
    for slot in 0..<places.count {
      if let stream = places[slot], condition(stream) { return stream }
    }
    return nil
  }

  /// In the order of the slots. Unoptimised builds allocate for any sequence but a range.
  func visit(_ body: (StreamPipeline) -> Void) {
    for slot in 0..<places.count {
      if let stream = places[slot] { body(stream) }
    }
  }

  /// The first slot in use from `first` on.
  func next(from first: Int) -> Int? {
    for slot in min(first, places.count)..<places.count where places[slot] != nil { return slot }
    return nil
  }

  /// The slots in use, in order.
  var slots: [Int] { places.indices.filter { places[$0] != nil } }
}

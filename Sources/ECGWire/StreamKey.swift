public import ECGCore

/// A stream's name as a plain 64-byte value: what the topic frame is looked up by, without
/// allocating.
public struct StreamKey: Hashable, Sendable, CustomStringConvertible {
  /// The name's bytes, padded with zeros.
  private var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
    (0, 0, 0, 0, 0, 0, 0, 0)

  /// The 64-bit FNV-1a hash of the name: the same in every process, so it may choose a shard.
  public private(set) var stableHash: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Parses a topic frame, "ecg/" and a stream's name.
  public init(topic: RawSpan) throws(PacketError) {
    let prefix = SampleTopic.prefix.utf8.count
    guard topic.byteCount > prefix,
      topic.integer(at: 0, as: UInt32.self) == SampleTopic.prefixWord
    else { throw .badTopic }
    guard let key = StreamKey(name: topic.extracting(droppingFirst: prefix)) else {
      throw .badTopic
    }
    self = key
  }

  /// Nil where the bytes are no valid stream name.
  public init?(name: RawSpan) {
    guard name.byteCount >= 1, name.byteCount <= StreamID.maximumLength else { return nil }
    for i in 0..<name.byteCount {
      let byte = name.integer(at: i, as: UInt8.self)
      guard StreamID.isAllowed(byte) else { return nil }
      append(byte, at: i)
    }
  }

  public init(_ stream: StreamID) {
    for (i, byte) in stream.name.utf8.enumerated() { append(byte, at: i) }
  }

  private mutating func append(_ byte: UInt8, at i: Int) {
    let bits = UInt64(byte) << (8 * (i & 7))
    switch i >> 3 {
    case 0: words.0 |= bits
    case 1: words.1 |= bits
    case 2: words.2 |= bits
    case 3: words.3 |= bits
    case 4: words.4 |= bits
    case 5: words.5 |= bits
    case 6: words.6 |= bits
    default: words.7 |= bits
    }
    stableHash = (stableHash ^ UInt64(byte)) &* 0x100_0000_01b3
  }

  private func word(_ i: Int) -> UInt64 {
    switch i {
    case 0: words.0
    case 1: words.1
    case 2: words.2
    case 3: words.3
    case 4: words.4
    case 5: words.5
    case 6: words.6
    default: words.7
    }
  }

  /// Whether the name begins with the `count` bytes of `prefix`'s name.
  public func begins(with prefix: StreamKey, count: Int) -> Bool {
    precondition((0...StreamID.maximumLength).contains(count))
    for i in 0..<(count >> 3) where word(i) != prefix.word(i) { return false }
    let rest = count & 7
    guard rest > 0 else { return true }
    return (word(count >> 3) ^ prefix.word(count >> 3)) & ((1 << UInt64(8 * rest)) - 1) == 0
  }

  public static func == (a: StreamKey, b: StreamKey) -> Bool {
    a.stableHash == b.stableHash && a.words.0 == b.words.0 && a.words.1 == b.words.1
      && a.words.2 == b.words.2 && a.words.3 == b.words.3 && a.words.4 == b.words.4
      && a.words.5 == b.words.5 && a.words.6 == b.words.6 && a.words.7 == b.words.7
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(stableHash) }

  public var description: String {
    var bytes: [UInt8] = []
    for word in [words.0, words.1, words.2, words.3, words.4, words.5, words.6, words.7] {
      for i in 0..<8 where (word >> (8 * i)) & 0xff != 0 {
        bytes.append(UInt8(truncatingIfNeeded: word >> (8 * i)))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The name as the rest of ecgd uses it. Allocates.
  public var stream: StreamID { StreamID(description)! }
}

/// The topics of the three publishing sockets.
public enum SampleTopic {
  public static let prefix = "ecg/"
  static let prefixWord: UInt32 = 0x2f67_6365  // "ecg/", first byte lowest

  public static func bytes(_ stream: StreamID) -> [UInt8] { Array((prefix + stream.name).utf8) }
}

/// The topic of alert events.
public enum AlertTopic {
  public static let prefix = "alert/"

  /// The topic of events about the daemon itself: no prefix of any stream's, and none of its.
  public static let daemon = "alert//"

  /// Without a stream: events about the daemon itself.
  public static func bytes(_ stream: StreamID?) -> [UInt8] {
    Array((stream.map { prefix + $0.name } ?? daemon).utf8)
  }
}

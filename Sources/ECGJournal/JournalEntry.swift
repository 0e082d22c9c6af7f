public import ECGCore

/// One alert event as the journal keeps it: the few columns that it is found by, and the event's
/// own bytes as they go out on the socket.
public struct JournalEntry: Equatable, Sendable {
  /// Over all streams; 1 or more, rising, never used twice.
  public let sequence: UInt64
  public let stream: StreamID
  /// Within `stream`; 1 or more, rising.
  public let streamSequence: UInt64
  /// The event's id, never used twice.
  public let id: String
  /// UTF-8.
  public let json: [UInt8]
  /// Wall time of the append, in milliseconds since 1970: what retention goes by.
  public let recordedAtMs: Int64

  public init(
    sequence: UInt64, stream: StreamID, streamSequence: UInt64, id: String, json: [UInt8],
    recordedAtMs: Int64
  ) {
    precondition((1...UInt64(Int64.max)).contains(sequence))
    precondition((1...UInt64(Int64.max)).contains(streamSequence))
    self.sequence = sequence
    self.stream = stream
    self.streamSequence = streamSequence
    self.id = id
    self.json = json
    self.recordedAtMs = recordedAtMs
  }
}

import ECGAlarm
import ECGCore
import ECGPipeline
import ECGWire
import Synchronization

/// What the ingest thread sends to a shard, in order, through its byte ring.
enum ShardRecord {
  /// A sample packet, as it came.
  static let packet: UInt32 = 0
  /// A new stream; the bytes are its name.
  static let admit: UInt32 = 1
  /// A packet of the stream was refused.
  static let refused: UInt32 = 2
  /// The stream has ended, or has been silent for too long.
  static let discharge: UInt32 = 3
  /// Nothing comes after this.
  static let stop: UInt32 = 4

  static let slotBits: UInt32 = 24
  static func tag(_ kind: UInt32, slot: Int) -> UInt32 { kind << slotBits | UInt32(slot) }
  static func kind(_ tag: UInt32) -> UInt32 { tag >> slotBits }
  static func slot(_ tag: UInt32) -> Int { Int(tag & (1 << slotBits - 1)) }
}

/// What the publisher asks of a shard.
enum ShardCommand: Sendable {
  /// How it stands; with pictures of the streams of these names.
  case status(token: UInt64, explaining: [String])
  /// What an operator did.
  case act(token: UInt64, OperatorCommand)
}

/// What an operator does about a stream.
struct OperatorCommand: Sendable {
  enum Action: Sendable {
    case acknowledge(ConditionName, alarmNumber: UInt64)
    case pause(seconds: Int)
    case resume
  }

  var stream: StreamID
  var action: Action
  var by: String?
}

/// What a shard tells the publisher.
enum ShardReport: Sendable {
  case alert(AlertDraft, StreamFacts)
  case status(token: UInt64, ShardStatus)
  /// What an operator did is told by the alerts before this; false where there was nothing to do
  /// it to.
  case acted(token: UInt64, Bool)
  /// Something was left undone; told once a second at most.
  case shed(Shedding)
  case stopped
}

/// What stands in every alert of a stream beside the draft.
struct StreamFacts: Sendable {
  var stream: StreamID
  /// Every lead of its packets.
  var leads: [Lead]
  /// Those that may be judged, the preferred one first.
  var judged: [Lead]
  var rate: SampleRate
  var mode: SampleMode
}

/// How a shard stands.
struct ShardStatus: Sendable {
  var streams: [(StreamFacts, StreamSnapshot)]
  /// Those that were asked for and are watched here.
  var pictures: [(StreamFacts, StreamPicture)]
  var totals: StreamCounters
  var latency: LatencyHistogram
}

/// The queues in and out of one shard's thread.
final class ShardChannel: Sendable {
  let packets: ByteRing
  let commands = SPSCRing<ShardCommand>(minimumCapacity: 16)
  let reports = SPSCRing<ShardReport>(minimumCapacity: 4096)
  /// Strips on their way to the publisher; the tag is the slot, the word the alarm's number.
  let strips = ByteRing(minimumCapacity: StripOutlet.ringBytes)
  let doorbell: Doorbell
  /// How many of the alerts that it told are kept in the journal, or at least published.
  let alertsKept = Atomic<UInt64>(0)

  init(ringBytes: Int) throws(SystemCallError) {
    packets = ByteRing(minimumCapacity: ringBytes)
    doorbell = try Doorbell()
  }
}

import ECGCore
import ECGModel
import ECGPipeline
import ECGWire
import Glibc
import ZeroMQ

/// The waveforms' side of the daemon: the rings from the shards, the subscriptions, and the thread
/// that owns the socket.
final class WaveformService {
  let counters = WaveformCounters()
  private let outlets: [WaveformOutlet]
  private let interest = WaveformInterest()
  private let shards: [ShardChannel]
  private let doorbell: Doorbell
  private let stopFlag: WaveformStop
  private var thread: WorkerThread?

  init(shards: [ShardChannel]) throws(SystemCallError) {
    let doorbell = try Doorbell()
    let counters = counters
    self.doorbell = doorbell
    self.shards = shards
    outlets = shards.map { _ in WaveformOutlet(counters: counters, doorbell: doorbell) }
    stopFlag = WaveformStop(doorbell)
  }

  /// By shard.
  var rings: [ByteRing] { outlets.map(\.ring) }

  /// What the shard's thread takes along.
  func listening(ofShard i: Int, denoiser: Denoiser?) -> WaveformListening {
    WaveformListening(outlets[i], interest, denoiser: denoiser)
  }

  /// Binds the socket and starts the thread.
  func start(
    endpoint: String, keys: KeyService?, in context: Context, heartbeat: ThreadProgress.Heartbeat,
    log: RateLimitedLog
  ) throws {
    let gate = OperatorGate(
      keys?.ring, roots: WaveformTopic.allCases.map(\.rawValue))
    let socket = try WaveformThread.socket(endpoint, gate: gate, keys: keys, in: context)
    let made = Handover(
      WaveformThread(
        outlets: outlets, interest: interest, shards: shards, doorbell: doorbell,
        counters: counters, heartbeat: heartbeat, log: log, stop: stopFlag, socket: socket,
        gate: gate))
    thread = try WorkerThread("waveforms") {
      var waveforms = made.take()
      waveforms.run()
    }
  }

  /// Ends the thread, after the shards' threads have ended.
  func stop() {
    guard let running = thread else { return }
    stopFlag.set()
    running.join()
    thread = nil
  }
}

import ECGCore
package import ECGModel
package import Logging
import Synchronization
package import ZeroMQ

/// The daemon without its threads: whoever holds it gives each part its turns, in any order, on one
/// thread, and so decides what a scheduler and a clock decide elsewhere.
///
/// It is the daemon's own code from the sample sockets to the journal, the checkpoint and the
/// operators' sockets. Letting go of it without `stop` is what a crash is.
package final class SteppedDaemon {
  /// What has a thread of its own in a running daemon.
  package enum Part: Hashable, Sendable {
    case ingest, publisher, keeper
    case shard(Int)
  }

  private let daemon: Daemon
  private var ingest: IngestThread
  private var shards: [ShardThread]
  private var publisher: PublisherThread
  private var gathered: CheckpointKeeper.Gathered

  /// Binds the sockets, opens the journal, takes over what the last one left, and sends what that
  /// one still owed.
  package init(_ configuration: Configuration, model: Autoencoder, logger: Logger) throws {
    daemon = try Daemon(configuration, model: model, logger: logger)
    let crew = try daemon.assemble(version: "stepped")
    ingest = crew.ingest.take()
    shards = crew.shards.map { $0.take() }
    publisher = crew.publisher.take()
    gathered = crew.gathered
    publisher.sendUnpublished()
  }

  /// What its peers' sockets must be made in, for endpoints within the process.
  package var context: Context { daemon.context }

  package var parts: [Part] {
    shards.indices.map { .shard($0) } + [.ingest, .publisher]
      + (daemon.keeper == nil ? [] : [.keeper])
  }

  /// Whether something lies between the parts that the next turns would take.
  package var isBusy: Bool {
    daemon.ingest.reports.count > 0 || daemon.ingest.commands.count > 0
      || daemon.shards.contains {
        $0.packets.count > 0 || $0.reports.count > 0 || $0.commands.count > 0 || $0.strips.count > 0
      }
  }

  /// One turn of a part's loop, which waits for nothing.
  package func turn(_ part: Part) {
    switch part {
    case .ingest: _ = ingest.turn(idleMs: 0)
    case .publisher: publisher.turn(idleMs: 0)
    case .keeper: _ = daemon.keeper?.turn(&gathered)
    case .shard(let i): _ = shards[i].turn()
    }
  }

  /// The stamps of the states that a shard handed to the keeper of checkpoints last, by stream.
  package func savedStates(ofShard i: Int) -> [String: UInt64] { shards[i].savedStates() }

  /// Stops as the running daemon does: what is in the sockets is judged, published and kept.
  package func stop() {
    daemon.ingest.isStopping.store(true, ordering: .releasing)
    _ = ingest.turn(idleMs: 0)
    ingest.finish()
    for i in shards.indices {
      while !shards[i].isStopping {
        _ = shards[i].turn()
        publisher.turn(idleMs: 0)
      }
      shards[i].finish()
      while shards[i].channel.reports.count > 0 { publisher.turn(idleMs: 0) }
    }
    publisher.finish()
    daemon.keeper?.stop()
    _ = daemon.keeper?.turn(&gathered)
  }
}

import CSimulatedMachine

/// The machine's clocks: what `clock_gettime` tells everything in this process.
///
/// `nowNs` is the time of the world outside, by which gateways and operators go; the machine's own
/// clocks run beside it, too fast or too slow, and step.
struct SimulatedClock {
  private(set) var nowNs: UInt64 = 0
  private var monotonicNs: UInt64 = 1_000_000_000
  private var sinceBootNs: UInt64 = 1_000_000_000
  private var wallNs: Int64 = 1_750_000_000_000_000_000
  /// How much faster than the world's the machine's clocks run.
  private let driftPartsPerMillion: Int64

  init(driftPartsPerMillion: Int64) {
    self.driftPartsPerMillion = driftPartsPerMillion
    tell()
  }

  /// The machine's clock that never steps.
  var machineNs: UInt64 { monotonicNs }

  /// Lets time pass.
  mutating func advance(ns: UInt64) {
    let ns = ns + machine_take_slept()
    nowNs += ns
    let own = UInt64(Int64(ns) + Int64(ns) / 1_000_000 * driftPartsPerMillion)
    monotonicNs += own
    sinceBootNs += own
    wallNs += Int64(own)
    tell()
  }

  /// Somebody sets the wall clock.
  mutating func stepWall(ns: Int64) {
    wallNs += ns
    tell()
  }

  /// The machine was off for a while: what counts from its start begins anew.
  mutating func boot() {
    monotonicNs = 2_000_000_000
    sinceBootNs = monotonicNs
    tell()
  }

  private func tell() { machine_set_clocks(monotonicNs, sinceBootNs, wallNs) }
}

import ECGMonitor
import ECGRecords

/// What a seed draws before anything happens: which faults there are in this run, and how often.
/// Most runs have few kinds of them, so that each also meets a sound rest of the world.
struct SimulationPlan {
  var beds: Int
  var seconds: Double
  var shards: Int
  var usesSlidingModel: Bool
  var configuration: Configuration

  /// Chances of each packet.
  var drop = 0.0
  var duplicate = 0.0
  var reorder = 0.0
  var damage = 0.0
  /// Seconds between two of each, on average; nil for never.
  var partitionEvery: Double?
  var partitionLoses = false
  var rebootEvery: Double?
  var patientChangeEvery: Double?
  var layoutChangeEvery: Double?
  var dischargeEvery: Double?
  var leadOffEvery: Double?
  var deviceClockStepEvery: Double?
  var killEvery: Double?
  var powerFailureEvery: Double?
  var stopEvery: Double?
  var diskFaultEvery: Double?
  var wallStepEvery: Double?
  var stallEvery: Double?
  var operatorActEvery: Double?
  var operatorsAreSlow = false
  var clockDriftPartsPerMillion: Int64 = 0
  /// Whether gateways keep what they could not deliver.
  var gatewaysWait = true

  init(_ random: inout SeededRandom) {
    beds = 1 + random.index(below: 3)
    seconds = 40 + 60 * random.uniform()
    shards = 1 + random.index(below: 2)
    usesSlidingModel = random.chance(0.3)
    configuration = Self.configuration(shards: shards, &random)
    func maybe<T>(_ value: T, _ share: Double = 0.35) -> T? { random.chance(share) ? value : nil }
    drop = maybe(0.2 * random.uniform()) ?? 0
    duplicate = maybe(0.3 * random.uniform()) ?? 0
    reorder = maybe(0.2 * random.uniform()) ?? 0
    damage = maybe(0.1 * random.uniform(), 0.25) ?? 0
    partitionEvery = maybe(20)
    partitionLoses = random.chance(0.5)
    rebootEvery = maybe(25)
    patientChangeEvery = maybe(40, 0.2)
    layoutChangeEvery = maybe(40, 0.2)
    dischargeEvery = maybe(40, 0.2)
    leadOffEvery = maybe(15)
    deviceClockStepEvery = maybe(15, 0.25)
    killEvery = maybe(15, 0.5)
    powerFailureEvery = maybe(25, 0.4)
    stopEvery = maybe(25, 0.3)
    diskFaultEvery = maybe(15, 0.3)
    wallStepEvery = maybe(15, 0.25)
    stallEvery = maybe(4, 0.4)
    operatorActEvery = maybe(5, 0.6)
    operatorsAreSlow = random.chance(0.4)
    clockDriftPartsPerMillion = maybe(Int64(random.index(below: 400)) - 200) ?? 0
    gatewaysWait = random.chance(0.7)
  }

  private static func configuration(
    shards: Int, _ random: inout SeededRandom
  ) -> Configuration {
    var made = Configuration()
    made.samples.sockets[0].endpoint = Endpoint(inProcess: "samples")
    made.alerts.endpoint = Endpoint(inProcess: "alerts")
    made.control.endpoint = Endpoint(inProcess: "control")
    made.waveforms.denoiser = nil
    made.alerts.heartbeatSeconds = Double(1 + random.index(below: 5))
    made.streams.shards = shards
    made.streams.ringMegabytes = 1
    made.streams.maximum = 16
    made.streams.silentAfterSeconds = 2 + 4 * random.uniform()
    made.batch.maximumWindows = 1 + random.index(below: 16)
    made.batch.maximumWaitMs = random.index(below: 100)
    made.baseline.learningSeconds = 15
    made.alarm.acknowledgeSeconds = 10 + 20 * random.uniform()
    made.alarm.escalateAfterSeconds = random.chance(0.7) ? 60 : nil
    made.alarm.clearAfterSeconds = 5
    made.restart.everySeconds = 1 + 4 * random.uniform()
    if random.chance(0.1) { made.restart.checkpoint = nil }
    return made
  }
}

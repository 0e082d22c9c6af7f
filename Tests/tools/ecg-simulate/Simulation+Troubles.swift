import CSimulatedMachine
import ECGAlarm
import ECGMonitor
import ECGWire

/// What may go wrong at a moment.
enum Trouble: CaseIterable {
  case partition, reboot, patientChange, layoutChange, discharge, leadOff, deviceClockStep
  case kill, powerFailure, stop, diskFault, wallStep, stall, operatorAct
}

extension Simulation {
  func schedule(_ trouble: Trouble) {
    guard let seconds = plan.secondsBetween(trouble) else { return }
    troubles[trouble] = nowNs + UInt64(2 * seconds * random.uniform() * 1e9)
  }

  func haveTroubles() throws {
    if diskFaultUntilNs > 0, nowNs >= diskFaultUntilNs {
      disk.set(.sound)
      (diskFaultUntilNs, diskSoundSinceNs) = (0, nowNs)
    }
    for trouble in Trouble.allCases {
      guard let dueNs = troubles[trouble], nowNs >= dueNs else { continue }
      schedule(trouble)
      tell("\(trouble)")
      try have(trouble)
    }
  }

  private func have(_ trouble: Trouble) throws {
    let bed = random.index(below: plan.beds)
    switch trouble {
    case .partition:
      network.partition(bed: bed, untilNs: nowNs + UInt64(random.uniform() * 15e9))
    case .reboot: suffer(.reboot, bed)
    case .patientChange: suffer(.patientChange, bed)
    case .layoutChange: suffer(.layoutChange, bed)
    case .discharge: suffer(.discharge, bed)
    case .leadOff: suffer(.leadOff, bed)
    case .deviceClockStep: suffer(.clockStep, bed)
    case .kill: machine_die_before(1 + UInt64(random.index(below: 60)))
    case .powerFailure: try crash(powerFailed: true)
    case .stop: try stop()
    case .diskFault:
      let faults = SimulatedDisk.Fault.allCases.dropFirst()
      disk.set(faults[faults.startIndex + random.index(below: faults.count)])
      diskFaultUntilNs = nowNs + UInt64(random.uniform() * 12e9)
      diskSoundSinceNs = .max
    case .wallStep: clock.stepWall(ns: Int64((random.uniform() - 0.5) * 7200e9))
    case .stall: stall()
    case .operatorAct: try act()
    }
  }

  private func suffer(_ trouble: SimulatedGateway.Trouble, _ bed: Int) {
    for packet in gateways[bed].suffer(trouble, nowNs: nowNs) {
      network.send(packet, nowNs: nowNs)
    }
  }

  /// A thread does not get the processor for a while; short enough for nothing to be shed.
  private func stall() {
    guard let daemon, stalledUntilNs.values.allSatisfy({ $0 + 2_000_000_000 < nowNs }) else {
      return
    }
    let parts = daemon.parts
    stalledNs = UInt64(random.uniform() * 0.8e9)
    stalledUntilNs[parts[random.index(below: parts.count)]] = nowNs + stalledNs
  }

  /// An operator acknowledges an alarm, or pauses or resumes a stream.
  private func act() throws {
    guard let recorder else { return }
    requestNumber += 1
    var request: ControlRequest
    var bed = random.index(below: plan.beds)
    switch random.index(below: 4) {
    case 0, 1:
      let open = law.open.values.filter { $0.stream != nil }.sorted { $0.sequence < $1.sequence }
      guard !open.isEmpty else { return }
      let event = open[random.index(below: open.count)]
      request = ControlRequest(.acknowledge)
      request.alarm = event.alarm
      bed = beds.firstIndex { $0.name == event.stream }!
    case 2:
      request = ControlRequest(.pause)
      request.seconds = 1 + random.index(below: 20)
    default: request = ControlRequest(.resume)
    }
    request.stream = beds[bed].name
    request.by = random.chance(0.7) ? "nurse \(random.index(below: 3))" : nil
    request.id = "act-\(requestNumber)"
    acts.append(PendingRequest(request: request, bed: bed))
    try recorder.ask(request)
  }
}

extension SimulationPlan {
  fileprivate func secondsBetween(_ trouble: Trouble) -> Double? {
    switch trouble {
    case .partition: partitionEvery
    case .reboot: rebootEvery
    case .patientChange: patientChangeEvery
    case .layoutChange: layoutChangeEvery
    case .discharge: dischargeEvery
    case .leadOff: leadOffEvery
    case .deviceClockStep: deviceClockStepEvery
    case .kill: killEvery
    case .powerFailure: powerFailureEvery
    case .stop: stopEvery
    case .diskFault: diskFaultEvery
    case .wallStep: wallStepEvery
    case .stall: stallEvery
    case .operatorAct: operatorActEvery
    }
  }
}

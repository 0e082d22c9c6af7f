public import ECGAlarm
public import ECGCore
import ECGModel
public import ECGSignal

/// Why a stream's state could not be taken over.
public enum RestoreError: Error, Equatable, Sendable {
  case plan(ConditionerPlanError)
  case state(StateCoder.Failure)
}

extension Shard {
  /// Writes a stream's state; false, with nothing written, while windows or drafts of it are still
  /// on their way: the state would be that of no moment. Allocates nothing.
  public func save(slot: Int, into state: inout StateCoder) -> Bool {
    guard let stream = streams[slot], stream.pending == 0, drafts.isEmpty else { return false }
    stream.code(&state)
    return true
  }

  /// Admits a stream with what is known of it. It counts as having sent its last packet at
  /// `nowNs`, so that one that does not come back is told of as silent.
  public func restore(
    slot: Int, rate: SampleRate, leads: Int = 1, from state: inout StateCoder, nowNs: UInt64
  ) throws(RestoreError) {
    precondition(streams[slot] == nil)
    let stream: StreamPipeline
    do throws(ConditionerPlanError) {
      stream = try pipeline(slot: slot, rate: rate, leads: leads)
    } catch {
      throw .plan(error)
    }
    stream.code(&state)
    if let failure = state.failure { throw .state(failure) }
    stream.lastReceivedNs = nowNs
    streams[slot] = stream
  }

  /// Holds a restored stream's alarms against what operators were told last: an alarm that started
  /// after the state was saved goes on, one that ended after it is over. Nobody is told anything.
  public func agree(slot: Int, with open: [OpenAlarm]) {
    guard let stream = streams[slot] else { return }
    for name in StreamCondition.allCases {
      let i = name.rawValue
      guard let told = open.first(where: { $0.condition == name.name }) else {
        if stream.conditions[i].isActive { _ = stream.conditions[i].close(at: stream.lastSample) }
        _ = stream.signals[i].process(.close, at: stream.lastSample)
        if name == .alarmsPaused { stream.pause = nil }
        continue
      }
      if told.cleared == nil, name.hasCondition, !stream.conditions[i].isActive {
        stream.conditions[i].resume(onset: told.onset, told: told.told)
      }
      if stream.signals[i].isOff {
        stream.counters.alarms += 1
        stream.alarmNumbers[i] = stream.counters.alarms
      }
      if name == .alarmsPaused {
        stream.pause = told.pausedUntil.map {
          StreamPause(by: told.pausedBy, until: $0 + Int(stream.clockLead))
        }
      }
      stream.signals[i].agree(
        onset: told.onset, told: told.told + Int(stream.clockLead),
        acknowledgedUntil: told.acknowledgedUntil.map { $0 + Int(stream.clockLead) },
        cleared: told.cleared.map { $0 + Int(stream.clockLead) }, isEscalated: told.isEscalated)
      stream.acknowledgers[i] = told.acknowledgedBy
    }
  }

  /// Another patient from this sample on: ends the alarms, forgets what was learnt, and tells.
  public func changePatient(slot: Int, at first: SampleNumber) {
    guard let stream = streams[slot] else { return }
    settle(stream)
    closeAlarms(of: stream)
    stream.counters.patientChanges += 1
    stream.forgetPatient()
    restartPath(of: stream, at: first)
    stream.continuity.reset()
    judge(.patientChange, of: stream, .exceeding, at: first)
  }

  /// Whether a packet brings samples that the stream has not taken yet.
  public func isNews(_ place: PacketPlace, slot: Int) -> Bool {
    guard let stream = streams[slot] else { return true }
    return stream.continuity.isNews(place)
  }
}

/// An alarm that operators were told of, and not of its end.
public struct OpenAlarm: Equatable, Sendable {
  public var condition: ConditionName
  public var onset: SampleNumber
  public var told: SampleNumber
  /// Where the condition of a latched alarm ended.
  public var cleared: SampleNumber?
  /// Of one that an operator knows of: until when that counts, and who it is.
  public var acknowledgedUntil: SampleNumber?
  public var acknowledgedBy: String?
  public var isEscalated = false
  /// Of `alarmsPaused`: until when, and by whom.
  public var pausedUntil: SampleNumber?
  public var pausedBy: String?

  public init(condition: ConditionName, onset: SampleNumber, told: SampleNumber) {
    self.condition = condition
    self.onset = onset
    self.told = told
  }
}

/// What the one who saves must know.
extension Shard {
  /// The slots in use, in order. Allocates.
  public var slots: [Int] { streams.slots }

  /// The first slot in use from a number on.
  public func slot(from first: Int) -> Int? { streams.next(from: first) }

  /// Whether nothing of the stream is on its way.
  public func isQuiet(slot: Int) -> Bool { streams[slot]?.pending == 0 && drafts.isEmpty }

  /// When the stream's last packet came in; 0 where there is no such stream.
  public func lastReceivedNs(slot: Int) -> UInt64 { streams[slot]?.lastReceivedNs ?? 0 }
}

extension Shard {
  /// The alarms of a stream that are on, by their numbers. Allocates.
  public func openAlarms(slot: Int) -> [ConditionName: UInt64] {
    guard let stream = streams[slot] else { return [:] }
    var numbers: [ConditionName: UInt64] = [:]
    for name in StreamCondition.allCases where !stream.signals[name.rawValue].isOff {
      numbers[name.name] = stream.alarmNumbers[name.rawValue]
    }
    return numbers
  }
}

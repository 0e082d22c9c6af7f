import ECGAlarm
import ECGRecords
import ECGWire

/// What a demonstration found, beside what was to be found.
struct DemoSummary {
  let status: StatusReport
  let alerts: [AlertEvent]
  let evaluation: RecordEvaluation
  /// "normal,ectopic": beats known to be there.
  let known: String?

  /// At least one alarm about the patient, and an end for every start.
  var isGood: Bool {
    let starts = Set(alerts.filter { $0.phase == .start }.map(\.alarm))
    let ends = Set(alerts.filter { $0.phase == .end }.map(\.alarm))
    return starts == ends && alerts.contains { $0.condition == .abnormalBeats }
  }

  var text: String {
    ([counts] + expected + [latency, agreement]).joined(separator: "\n")
  }

  private var counts: String {
    let kinds = ConditionName.allCases.compactMap { name -> String? in
      let count = alerts.count { $0.condition == name && $0.phase == .start }
      return count == 0 ? nil : "\(count) \(name.rawValue)"
    }
    return """
        samples   \(status.samples) taken, \(evaluation.samples) sent
        beats     \(status.beats) detected
        windows   \(status.windows) through the autoencoder, \
      \(evaluation.judgedWindows.all) judged, \(evaluation.judgedWindows.exceeding) over the limit
        alarms    \(kinds.isEmpty ? "none" : kinds.joined(separator: ", "))
      """
  }

  /// Expected against found, as far as the recording tells what is in it.
  private var expected: [String] {
    guard !evaluation.byClass.isEmpty else { return knownLines }
    let names: [(BeatClass, String)] = [
      (.normal, "normal"), (.supraventricular, "supraventricular"), (.ventricular, "ventricular"),
      (.fusion, "fusion"), (.unknown, "unclassified"),
    ]
    return ["  expected  annotated beats from where the patient has been learnt:"]
      + names.compactMap { beatClass, name in
        guard let figures = evaluation.byClass[beatClass] else { return nil }
        let share = Int((100 * Double(figures.flagged) / Double(figures.beats)).rounded())
        return "            " + name.rightPadded(17) + "\(figures.beats)".leftPadded(6)
          + "  flagged" + "\(figures.flagged)".leftPadded(6) + "\(share)%".leftPadded(6)
          + (beatClass == .normal ? "  passed" : "  missed")
          + "\(figures.beats - figures.flagged)".leftPadded(6)
          + "  under an alarm" + "\(figures.alarmed)".leftPadded(6)
      }
  }

  private var knownLines: [String] {
    let numbers = (known ?? "").split(separator: ",").compactMap { Int($0) }
    guard numbers.count == 2 else {
      return ["  expected  nothing is known of this recording's beats"]
    }
    let all = numbers[0] + numbers[1]
    let judged = evaluation.judgedWindows
    let part = Double(judged.all) / Double(all)
    return [
      "  expected  \(all) beats are known to be in the whole recording; found \(status.beats)",
      "            \(numbers[1]) of them ectopic, which is \(percent(numbers[1], all)); of the "
        + "\(judged.all) beats judged (\(Int((100 * part).rounded()))%) "
        + "\(judged.exceeding) were flagged, which is \(percent(judged.exceeding, judged.all))",
    ]
  }

  private func percent(_ part: Int, _ whole: Int) -> String {
    whole == 0 ? "-" : "\(Int((100 * Double(part) / Double(whole)).rounded()))%"
  }

  private var latency: String {
    guard let latency = status.latency else { return "  latency   none measured" }
    func ms(_ value: Double) -> String { "\((value * 100).rounded() / 100) ms" }
    return "  latency   from the packet's arrival to the score: p50 \(ms(latency.p50Ms)), "
      + "p99 \(ms(latency.p99Ms)), p99.9 \(ms(latency.p999Ms)), most \(ms(latency.maximumMs))"
  }

  /// The daemon and the pipeline without sockets must say the same.
  private var agreement: String {
    let live = alerts.count { $0.condition == .abnormalBeats && $0.phase == .start }
    let offline = evaluation.abnormalAlarms
    return "  agreement \(live) alarms over ZeroMQ, \(offline) by the same pipeline without sockets"
  }
}

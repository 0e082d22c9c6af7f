import ECGCore

/// A mapping that groups keys.
struct ConfigurationSection: Sendable {
  let path: String
  let meaning: String
}

extension Configuration {
  static let sections: [ConfigurationSection] = [
    .init(path: "samples", meaning: "Where gateways deliver sample packets."),
    .init(path: "alerts", meaning: "Where alert events go out (XPUB, bound)."),
    .init(
      path: "waveforms",
      meaning: "Where waveforms go out (XPUB, bound); nothing is built while nobody subscribes."),
    .init(
      path: "control",
      meaning: "Where operators ask for status, acknowledge and pause (ROUTER, bound)."),
    .init(
      path: "keys",
      meaning: "Who may speak (CURVE, Documentation/Keys.md). With keys every socket asks for them."
    ),
    .init(
      path: "limits", meaning: "What one gateway or operator may take, where keys tell them apart."),
    .init(path: "model", meaning: "The trained autoencoder."),
    .init(path: "streams", meaning: "The streams watched at one time. One stream is one patient."),
    .init(path: "signal", meaning: "What is done to the signal before the model sees it."),
    .init(path: "alarm", meaning: "When a score becomes an alarm, and when the alarm ends."),
    .init(
      path: "alarm.persistence",
      meaning: "The alarm starts when k of the last n windows are over the limit."),
    .init(path: "baseline", meaning: "How each patient's own normal is learnt."),
    .init(path: "batch", meaning: "How windows of many streams share a pass through the network."),
    .init(path: "journal", meaning: "The durable log of alert events."),
    .init(
      path: "restart",
      meaning: "What is kept of each stream, so that a restart does not forget the patients."),
    .init(
      path: "logging", meaning: "What is written to the system's journal, or to standard error."),
  ]

  static let keys: [ConfigurationKey<Configuration>] =
    inputKeys + outputKeys + trustKeys + modelKeys + streamKeys + alarmKeys + recordKeys

  /// The dotted paths of all keys, in the order of the shipped file.
  public static var keyPaths: [String] { keys.map(\.path) }

  private static let insecureMeaning =
    "Must be true, in so many words, before the socket may stand open to other machines without "
    + "keys."

  private static let socketKeys: [ConfigurationKey<SampleSocket>] = [
    .init(
      "endpoint", \.endpoint, .endpoint, "Where the socket is bound, or what it connects to."),
    .init(
      "kind", \.kind, .choice,
      "pull takes packets from PUSH gateways, which wait when the daemon is away; sub from PUB "
        + "gateways, which drop."),
    .init("attach", \.attach, .choice, "Whether the daemon binds the endpoint or connects to it."),
    .init("insecure", \.insecure, .truth, insecureMeaning),
  ]

  private static let inputKeys: [ConfigurationKey<Configuration>] = [
    .init(
      "samples.sockets", \.samples.sockets, listOf: socketKeys, starting: SampleSocket(),
      maximumCount: 16, "The sockets that sample packets come in on.")
  ]

  private static let outputKeys: [ConfigurationKey<Configuration>] = [
    .init(
      "alerts.endpoint", \.alerts.endpoint, .endpoint, "Where operators subscribe to alerts."),
    .init("alerts.insecure", \.alerts.insecure, .truth, insecureMeaning),
    .init(
      "alerts.heartbeatSeconds", \.alerts.heartbeatSeconds, .number(1...60, "seconds"),
      "How often the daemon tells operators that it lives; silence for twice as long means that "
        + "nobody watches."),
    .init(
      "waveforms.endpoint", \.waveforms.endpoint, .endpoint,
      "Where displays subscribe to cleaned ECG, reconstructions and latents."),
    .init("waveforms.insecure", \.waveforms.insecure, .truth, insecureMeaning),
    .init(
      "waveforms.denoiser", \.waveforms.denoiser, ValueType.text("a path").orWord("none"),
      "The denoiser's file, looked for like the model's; none = the filtered signal as it is."),
    .init(
      "control.endpoint", \.control.endpoint, .endpoint,
      "Where ecgctl and operators send requests."),
    .init("control.insecure", \.control.insecure, .truth, insecureMeaning),
  ]

  private static let trustKeys: [ConfigurationKey<Configuration>] = [
    .init(
      "keys.secret", \.keys.secret, ValueType.text("a path").orWord("none"),
      "The daemon's own secret key, which only its owner may read. A relative path is looked for "
        + "among systemd's credentials, then beside this file."),
    .init(
      "keys.authorized", \.keys.authorized, ValueType.text("a path").orWord("none"),
      "The public keys that are let in, one a line. A relative path starts from this file. The "
        + "file is read again at each reload."),
    .init(
      "limits.handshakeMs", \.limits.handshakeMs, .integer(100...60_000, "milliseconds"),
      "A connection that has not shown its key by then is cut."),
    .init(
      "limits.connectionsPerKey", \.limits.connectionsPerKey, .integer(1...4096),
      reloads: true,
      "Connections of one key at a time, on all sockets together; more are refused until one ends."),
    .init(
      "limits.packetsPerSecond", \.limits.packetsPerSecond, .integer(1...1_000_000),
      reloads: true,
      "Packets of one gateway a second; four seconds' worth may come at once. More are refused, "
        + "counted and told by a technical alert."),
    .init(
      "limits.streamsPerGateway", \.limits.streamsPerGateway, .integer(1...65_536),
      reloads: true,
      "Streams of one gateway at a time; more are refused, counted and told."),
  ]

  private static let modelKeys: [ConfigurationKey<Configuration>] = [
    .init(
      "model.path", \.model.path, .text("a path"),
      "The model's file. A relative path is looked for beside this file, then in the folder above "
        + "it, then in /usr/share/ecgd.")
  ]

  private static let streamKeys: [ConfigurationKey<Configuration>] = [
    .init(
      "streams.maximum", \.streams.maximum, .integer(1...65_536),
      "Streams beyond this number are refused, counted and told by a technical alert."),
    .init(
      "streams.silentAfterSeconds", \.streams.silentAfterSeconds, .number(0.5...3600, "seconds"),
      reloads: true, "A stream that sends nothing for this long raises a technical alert."),
    .init(
      "streams.shards", \.streams.shards, .integer(0...256),
      "Threads that share the streams between them; 0 = one for each processor."),
    .init(
      "streams.ringMegabytes", \.streams.ringMegabytes, .integer(1...1024, "megabytes"),
      "The queue of packets before each of those threads."),
    .init(
      "signal.mainsHz", \.signal.mainsHz, .choice,
      "The mains frequency taken out by a notch filter."),
    .init(
      "signal.leads", \.signal.leads, .leads,
      "Leads to watch, by name, the preferred one first. An empty list means the model's own "
        + "lead, or else the stream's first."),
  ]

  private static let alarmKeys: [ConfigurationKey<Configuration>] = [
    .init(
      "alarm.limit", \.alarm.limit, ValueType.number(0...1_000_000).orWord("model"),
      reloads: true,
      "The score over which a window counts as abnormal, the same for every patient; model = the "
        + "limit in the model's manifest, moved to suit each patient."),
    .init(
      "alarm.falseAlertsPerHour", \.alarm.falseAlertsPerHour,
      .number(0.15...3, "false alerts an hour"), reloads: true,
      "How many alerts without an abnormal beat to accept: what the limits that follow each patient "
        + "are chosen for."),
    .init(
      "alarm.onsetDelayMs", \.alarm.onsetDelayMs, .integer(0...60_000, "milliseconds"),
      reloads: true, "How long the condition must hold before the alarm is signalled."),
    .init(
      "alarm.persistence.k", \.alarm.persistence.k, .integer(1...1000), reloads: true,
      "Windows over the limit that it takes."),
    .init(
      "alarm.persistence.n", \.alarm.persistence.n, .integer(1...1000), reloads: true,
      "Windows looked back on; at least k."),
    .init(
      "alarm.clearMargin", \.alarm.clearMargin, .number(0...0.9), reloads: true,
      "The part of the limit by which the score must fall under it before the alarm may end, so "
        + "that a score on the limit does not flicker."),
    .init(
      "alarm.clearAfterSeconds", \.alarm.clearAfterSeconds, .number(0...3600, "seconds"),
      reloads: true, "How long the score must stay that low before the alarm ends."),
    .init(
      "alarm.minimumQuality", \.alarm.minimumQuality, .number(0...1), reloads: true,
      "Windows of a lower signal quality hold the alarm back and raise a technical one."),
    .init(
      "alarm.asystoleSeconds", \.alarm.asystoleSeconds, .number(2...10, "seconds"), reloads: true,
      "Without a beat for so long, on a lead that carries a signal, the heart stands still."),
    .init(
      "alarm.pauseSeconds", \.alarm.pauseSeconds, .number(1.5...10, "seconds"), reloads: true,
      "Without a beat for so long, it paused."),
    .init(
      "alarm.bradycardiaPerMinute", \.alarm.bradycardiaPerMinute, .number(20...80, "beats"),
      reloads: true, "Fewer beats a minute than this, over five beats, are extremely few."),
    .init(
      "alarm.tachycardiaPerMinute", \.alarm.tachycardiaPerMinute, .number(90...250, "beats"),
      reloads: true, "More beats a minute than this, over nine beats, are extremely many."),
    .init(
      "alarm.ventricularPerMinute", \.alarm.ventricularPerMinute, .number(80...200, "beats"),
      reloads: true,
      "Five beats as fast as this, and not the patient's own, are a ventricular tachycardia."),
    .init(
      "alarm.ventricularScore", \.alarm.ventricularScore, .number(0.05...1), reloads: true,
      "The score from which a beat is not the patient's own: four of those five reach it."),
    .init(
      "alarm.fibrillationLeakage", \.alarm.fibrillationLeakage, .number(0...1), reloads: true,
      "Four seconds of which a filter at their mean frequency leaves less than this share are "
        + "ventricular flutter or fibrillation, and no beats."),
    .init(
      "alarm.latching", \.alarm.latching, .conditions, reloads: true,
      "Conditions whose alarms stay, after the condition is over, until an operator acknowledges "
        + "them."),
    .init(
      "alarm.acknowledgeSeconds", \.alarm.acknowledgeSeconds, .number(10...3600, "seconds"),
      reloads: true,
      "How long an acknowledgement counts; a condition that still holds then signals again."),
    .init(
      "alarm.escalateAfterSeconds", \.alarm.escalateAfterSeconds,
      ValueType.number(60...3600, "seconds").orWord("never"), reloads: true,
      "How long an alarm about the patient, or about a patient who is not watched, may go "
        + "unacknowledged before its priority is raised by one step."),
    .init(
      "baseline.learningSeconds", \.baseline.learningSeconds,
      ValueType.number(10...7200, "seconds").orWord("model"),
      "How long a new patient's normal is learnt before the autoencoder may alarm; model = as the "
        + "model's manifest says."),
  ]

  private static let recordKeys: [ConfigurationKey<Configuration>] = [
    .init(
      "batch.maximumWindows", \.batch.maximumWindows, .integer(1...1024),
      "Windows in one pass at most."),
    .init(
      "batch.maximumWaitMs", \.batch.maximumWaitMs, .integer(0...1000, "milliseconds"),
      "How long the first window of a pass waits for others."),
    .init(
      "journal.path", \.journal.path, .text("a path"),
      "The database. A relative path starts from systemd's state directory, or else from "
        + "$XDG_STATE_HOME/ecgd or ~/.local/state/ecgd."),
    .init(
      "journal.retentionDays", \.journal.retentionDays, .integer(1...3650, "days"),
      "Alert events older than this are removed."),
    .init(
      "journal.stripDays", \.journal.stripDays, .integer(1...3650, "days"),
      "The ECG around an alarm is removed after so long."),
    .init(
      "journal.maximumMegabytes", \.journal.maximumMegabytes, .integer(1...1_000_000, "MB"),
      "Over this size the oldest strips of ECG are removed, then the oldest alert events."),
    .init(
      "restart.checkpoint", \.restart.checkpoint, ValueType.text("a path").orWord("none"),
      "The file in which the streams' states are kept; a relative path lies beside the journal; "
        + "none = every start learns every patient anew."),
    .init(
      "restart.everySeconds", \.restart.everySeconds, .number(0.5...600, "seconds"),
      "How often it is written: what a crash can lose of what was learnt."),
    .init(
      "restart.maximumAgeMinutes", \.restart.maximumAgeMinutes, .number(0...1440, "minutes"),
      "A patient whose last sample is older than this when the daemon starts is learnt anew: another "
        + "may lie in the bed by then."),
    .init(
      "logging.level", \.logging.level, .choice, reloads: true,
      "The least severe messages that are written."),
    .init(
      "logging.ratePerMinute", \.logging.ratePerMinute, .integer(1...6000), reloads: true,
      "Messages a minute about one kind of trouble, after which they are only counted."),
  ]
}

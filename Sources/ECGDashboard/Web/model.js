// What is known of the ward: beds, alarms, the daemon's status.

import { Strip } from "./strip.js";
import { Trend } from "./trend.js";

/** No waveform for so long, and the bed counts as without signal. */
export const silenceMs = 2500;

const ranks = { high: 0, medium: 1, low: 2 };
export const marks = { high: "!!!", medium: "!!", low: "!" };

export const conditionNames = {
  abnormalBeats: "Abnormal beats", asystole: "Asystole", ventricularTachycardia: "Ventricular tachycardia",
  ventricularRun: "Ventricular run", atrialFibrillation: "Atrial fibrillation",
  extremeBradycardia: "Extreme bradycardia", extremeTachycardia: "Extreme tachycardia", pause: "Pause",
  leadOff: "Lead off", signalQuality: "Poor signal", noise: "Noise", notAnalysable: "Not analysable",
  baselineDrift: "Baseline drift", abnormalBaseline: "Usual beats abnormal", gap: "Samples lost", streamSilent: "No samples",
  layoutChange: "Layout changed", badPackets: "Bad packets", streamLimit: "Too many streams",
  overload: "Overload", ventricularFibrillation: "Ventricular fibrillation", patientChange: "Another patient",
  journalFailure: "Alerts not kept", alarmsPaused: "Alarms paused", wrongfulGateway: "Wrongful gateway",
};

export const nameOf = (condition) =>
  conditionNames[condition] ?? condition.replace(/([A-Z])/g, " $1").replace(/^./, (c) => c.toUpperCase()).trim();

/** Whether somebody has taken notice of the alarm. */
export const isAcknowledged = (event) => event.presence === "acknowledged";

export const isLatched = (event) => event.presence === "latched";

export class Bed {
  constructor(id) {
    this.id = id;
    this.status = null;
    this.frame = null;
    this.heardAt = -Infinity;
    this.trend = new Trend();
    this.strips = new Set();
    this.conditions = new Set();
  }

  take(frame) {
    if (frame.kind === 3) return;
    this.heardAt = performance.now();
    this.frame = frame.kind === 1 ? frame : { ...(this.frame ?? frame), score: frame.score, limit: frame.limit };
    if (frame.kind === 2) this.trend.add(frame.score, frame.limit);
    for (const strip of this.strips) strip.take(frame);
    (this.recent ??= []).push(frame);
    if (this.recent.length > 60) this.recent.shift();
  }

  /** A strip of this bed that already shows the last seconds. */
  attach(strip) {
    for (const frame of this.recent ?? []) strip.take(frame);
    this.strips.add(strip);
  }

  detach(strip) { this.strips.delete(strip); }

  get isSilent() { return performance.now() - this.heardAt > silenceMs; }

  /** The state as a word for the class and words for people. */
  get state() {
    const state = this.status?.state;
    if (state === "silent" || (this.isSilent && this.status)) return ["silent", "no signal"];
    // The alarm may be known before the status that says so.
    if (state === "leadOff" || this.conditions.has("leadOff")) return ["leadOff", "lead off"];
    if (state === "poorSignal") return ["poor", "poor signal"];
    if (state === "paused") return ["paused", "paused"];
    if (state === "learning" || this.frame?.isLearning) {
      const progress = this.status?.learnt?.progress;
      return ["learning", progress >= 0 && progress < 1 ? `learning ${Math.floor(progress * 100)}%` : "learning"];
    }
    if (state === "watching") return ["watching", ""];
    return ["unknown", state ?? ""];
  }

  get heartRate() {
    const value = this.frame?.heartRate ?? this.status?.heartRate;
    return value > 0 && !this.isSilent ? Math.round(value) : null;
  }

  get quality() { return this.isSilent ? 0 : this.frame?.quality ?? this.status?.quality ?? 0; }
}

export class Ward {
  constructor() {
    this.beds = new Map();
    this.alarms = new Map();
    this.status = null;
    this.link = null;
    this.hello = null;
  }

  bed(id) {
    let bed = this.beds.get(id);
    if (!bed) this.beds.set(id, bed = new Bed(id));
    return bed;
  }

  get bedNames() {
    return [...this.beds.keys()].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  }

  setStatus(status) {
    this.status = status;
    const names = new Set(status.streams.map((s) => s.id));
    for (const stream of status.streams) this.bed(stream.id).status = stream;
    for (const [id, bed] of this.beds) if (!names.has(id) && bed.isSilent) this.beds.delete(id);
  }

  setSnapshot(events) {
    this.alarms = new Map(events.map((event) => [event.alarm, event]));
  }

  take(event) {
    if (event.phase === "end") this.alarms.delete(event.alarm);
    else this.alarms.set(event.alarm, event);
  }

  /** The alarms that are on, most urgent first: by priority, then unacknowledged, then newest. */
  sortedAlarms(stream) {
    return [...this.alarms.values()]
      .filter((event) => stream === undefined || event.stream === stream)
      .sort((a, b) => (ranks[a.priority] ?? 3) - (ranks[b.priority] ?? 3)
        || isAcknowledged(a) - isAcknowledged(b)
        || (a.kind === "physiological" ? 0 : 1) - (b.kind === "physiological" ? 0 : 1)
        || b.sequence - a.sequence);
  }
}

export { Strip };

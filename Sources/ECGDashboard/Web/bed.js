// A bed's own page: its ECG large, its figures, its alarms and their history.

import { nameOf, Strip } from "./model.js";
import { alarmItem, clock, duration, element, mark, put, renew, startedAt } from "./parts.js";
import { updateOverlay, updateQuality } from "./tile.js";

export class BedPage {
  constructor(ward, id, actions, root) {
    this.ward = ward;
    this.id = id;
    this.actions = actions;
    this.root = root;
    this.bed = ward.bed(id);
    this.canvas = element("canvas", { class: "paper", "aria-hidden": "true" });
    this.overlay = element("div", { class: "overlay" });
    this.scale = element("span", { class: "scale" });
    this.rate = element("span", { class: "rate" }, "–");
    this.quality = element("span", { class: "quality", role: "img" },
      element("i"), element("i"), element("i"), element("i"));
    this.state = element("span", { class: "state" });
    this.trend = element("canvas", { class: "trend" });
    this.score = element("span", { class: "score" });
    this.facts = element("dl", { class: "facts" });
    this.alarms = element("ol", { class: "bed-alarms" });
    this.pause = element("div", { class: "pauses" }, ...[120, 300].map((seconds) => element("button", {
      on: { click: () => actions.pause(id, seconds) },
    }, `Pause ${seconds / 60} min`)));
    this.history = element("tbody");
    this.historyNote = element("p", { class: "quiet" }, "reading the journal");
    root.replaceChildren(
      element("div", { class: "big-strip strip" }, this.canvas, this.overlay, this.scale),
      element("div", { class: "figures" },
        element("div", { class: "card" }, element("h3", {}, "Heart rate"),
          element("div", { class: "pulse" }, this.rate, element("small", {}, "/min")), this.state),
        element("div", { class: "card wide" }, element("h3", {}, "Score and limit"), this.trend, this.score),
        element("div", { class: "card" }, element("h3", {}, "Signal"), this.quality, this.facts),
        element("div", { class: "card wide" }, element("h3", {}, "Alarms that are on"), this.alarms, this.pause)),
      element("h3", {}, "History"),
      element("table", { class: "history" },
        element("thead", {}, element("tr", {},
          ...["", "Alarm", "Began", "Lasted", "Score / limit", "Why", "Strip"].map((h) => element("th", {}, h)))),
        this.history),
      this.historyNote);
    this.strip = new Strip(this.canvas, { targetSeconds: 8 });
    this.bed.attach(this.strip);
    this.loadHistory();
  }

  close() {
    this.bed.detach(this.strip);
    this.strip.close();
  }

  advance(elapsed) { if (!this.bed.isSilent) this.strip.advance(elapsed); }

  resize() {
    this.strip.resize();
    put(this.scale, `${this.bed.frame?.lead ?? ""}  25 mm/s  ${Math.round(this.strip.gain)} mm/mV`);
    this.drawnTrend = null;
  }

  update(ward, canAct, trendColours) {
    const bed = this.bed, [state, words] = bed.state, alarms = ward.sortedAlarms(this.id);
    this.root.className = `${state} ${alarms[0]?.priority ?? "calm"}`;
    put(this.rate, bed.heartRate === null ? "–" : `${bed.heartRate}`);
    put(this.state, words || "watched");
    updateQuality(this.quality, bed);
    updateOverlay(this.overlay, bed);
    put(this.scale, `${bed.frame?.lead ?? ""}  25 mm/s  ${Math.round(this.strip.gain ?? 10)} mm/mV`);
    renew(this.alarms, alarms.map((e) => e.alarm + e.sequence).join() + canAct, () => alarms.length
      ? alarms.map((event) => alarmItem(event, { onAcknowledge: this.actions.acknowledge, canAct, withBed: false }))
      : [element("li", { class: "quiet" }, "none")]);
    this.pause.hidden = !canAct;
    if (this.drawnTrend !== bed.trend.version) {
      this.drawnTrend = bed.trend.version;
      bed.trend.draw(this.trend, trendColours, 120);
      const { score, limit } = bed.frame ?? {};
      put(this.score, score >= 0 ? `${score.toFixed(2)} of ${limit.toFixed(2)}` : "not judged yet");
    }
    this.updateFacts(bed);
  }

  updateFacts(bed) {
    const s = bed.status;
    if (!s) return;
    const facts = [
      ["Lead", s.lead ?? "–"], ["Rate", `${s.sampleRateHz} Hz`],
      ["Quality", bed.isSilent ? "no signal" : `${Math.round(bed.quality * 100)} %${s.qualityReason ? `, ${s.qualityReason}` : ""}`],
      ["Beats", `${s.beats}`], ["Lost", s.lost ? `${s.lost} samples in ${s.gaps} gaps` : "nothing"],
      ["Mode", s.mode ?? "–"],
    ];
    renew(this.facts, JSON.stringify(facts), () => facts.flatMap(([k, v]) => [element("dt", {}, k), element("dd", {}, v)]));
  }

  alarmChanged(event) {
    if (event.stream !== this.id) return;
    clearTimeout(this.reloading);
    this.reloading = setTimeout(() => this.loadHistory(), 800);
  }

  async loadHistory() {
    let answer;
    try {
      answer = await (await fetch(`api/history?stream=${encodeURIComponent(this.id)}`)).json();
    } catch {
      answer = { ok: false, error: { message: "the ward server does not answer" } };
    }
    if (!answer.ok) { put(this.historyNote, `No history: ${answer.error?.message ?? "?"}`); return; }
    const alarms = this.byAlarm(answer.alerts);
    put(this.historyNote, alarms.length ? "" : "No alarm in the journal.");
    this.history.replaceChildren(...alarms.map((alarm) => this.row(alarm)));
  }

  /** The events of each alarm together, newest alarm first. */
  byAlarm(events) {
    const alarms = new Map();
    for (const event of events) {
      const alarm = alarms.get(event.alarm) ?? { latest: event, first: event };
      alarm.first = event;
      alarms.set(event.alarm, alarm);
    }
    return [...alarms.values()];
  }

  row({ latest, first }) {
    const began = startedAt(first), ended = latest.phase === "end" ? latest.end?.time ?? latest.wall?.publishedAt : null;
    const length = latest.phase !== "end" ? "goes on"
      : latest.end && first.onset && latest.sampleRateHz
        ? duration((latest.end.sample - first.onset.sample) / latest.sampleRateHz * 1000)
        : ended ? duration(new Date(ended) - new Date(began)) : "–";
    const score = first.score === undefined ? "–" : `${first.score.toFixed(2)} / ${first.limit?.toFixed(2) ?? "–"}`;
    return element("tr", { "data-alarm": latest.alarm },
      element("td", {}, mark(latest.priority)), element("td", {}, nameOf(latest.condition)),
      element("td", {}, clock(began) || "–"), element("td", {}, length), element("td", {}, score),
      element("td", { class: "why" }, first.reason ?? ""),
      // The alarm's strip of ECG belongs here, as soon as the journal hands it out.
      element("td", { class: "alarm-strip" }));
  }
}

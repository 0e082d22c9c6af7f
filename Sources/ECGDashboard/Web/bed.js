// A bed's own page: its ECG large, its figures, its alarms and their history.

import { AlarmStrip } from "./alarm-strip.js";
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
    this.resume = element("button", { on: { click: () => actions.resume(id) } }, "End the pause");
    this.pause.append(this.resume);
    this.history = element("tbody");
    // By alarm, those that are opened.
    this.keptStrips = new Map();
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
          ...["", "Alarm", "Began", "Lasted", "Score / limit", "ECG"].map((h) => element("th", {}, h)))),
        this.history),
      this.historyNote);
    this.strip = new Strip(this.canvas, { targetSeconds: 8 });
    this.bed.attach(this.strip);
    this.loadHistory();
  }

  close() {
    clearTimeout(this.reloading);
    for (const kept of this.keptStrips.values()) kept.close();
    this.bed.detach(this.strip);
    this.strip.close();
  }

  advance(elapsed) { if (!this.bed.isSilent) this.strip.advance(elapsed); }

  resize() {
    this.strip.resize();
    put(this.scale, `${this.bed.frame?.lead ?? ""}  25 mm/s  ${Math.round(this.strip.gain)} mm/mV`);
    this.drawnTrend = null;
    for (const kept of this.keptStrips.values()) kept.draw();
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
    this.resume.hidden = !bed.status?.paused;
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
      ["Quality", !bed.hasSignal ? "no signal" : `${Math.round(bed.quality * 100)} %${s.qualityReason ? `, ${s.qualityReason}` : ""}`],
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
    const alarms = this.byAlarm(answer.alerts.reverse());
    put(this.historyNote, alarms.length ? "" : "No alarm in the journal.");
    const focused = this.history.contains(document.activeElement)
      ? document.activeElement.closest("[data-alarm]")?.dataset.alarm : null;
    this.history.replaceChildren(...alarms.flatMap((alarm) => this.rows(alarm)));
    if (focused) this.history.querySelector(`[data-alarm="${CSS.escape(focused)}"] button`)?.focus();
  }

  /** The first and the latest event of each alarm, the newest alarm first. */
  byAlarm(events) {
    const alarms = new Map();
    for (const event of events) {
      const alarm = alarms.get(event.alarm) ?? { latest: event, first: event };
      alarm.first = event;
      alarms.set(event.alarm, alarm);
    }
    return [...alarms.values()].sort((a, b) => b.first.sequence - a.first.sequence);
  }

  rows(alarm) {
    const row = this.row(alarm), kept = this.keptStrips.get(alarm.latest.alarm);
    return kept ? [row, this.stripRow(kept)] : [row];
  }

  stripRow(kept) {
    return element("tr", { class: "kept" }, element("td", { colSpan: 6 }, kept.node));
  }

  toggleStrip(alarm, row, button) {
    const kept = this.keptStrips.get(alarm);
    if (kept) {
      kept.close();
      kept.node.closest("tr").remove();
      this.keptStrips.delete(alarm);
    } else {
      const opened = new AlarmStrip(alarm);
      this.keptStrips.set(alarm, opened);
      row.after(this.stripRow(opened));
    }
    button.setAttribute("aria-expanded", `${!kept}`);
    put(button, kept ? "Show" : "Hide");
  }

  /** What operators did about it. */
  course(latest) {
    const known = latest.acknowledged;
    const words = [known ? `acknowledged${known.by ? ` by ${known.by}` : ""}` : "",
      latest.escalated ? "raised: nobody came" : ""].filter(Boolean).join(" · ");
    return words ? element("span", { class: "when" }, words) : null;
  }

  row({ latest, first }) {
    const began = startedAt(first), ended = latest.phase === "end" ? latest.end?.time ?? latest.wall?.publishedAt : null;
    const length = latest.phase !== "end" ? "goes on"
      : latest.end && first.onset && latest.sampleRateHz
        ? duration((latest.end.sample - first.onset.sample) / latest.sampleRateHz * 1000)
        : ended ? duration(new Date(ended) - new Date(began)) : "–";
    const score = first.score === undefined ? "–" : `${first.score.toFixed(2)} / ${first.limit?.toFixed(2) ?? "–"}`;
    const isOpen = this.keptStrips.has(latest.alarm);
    const button = element("button", {
      "aria-expanded": `${isOpen}`, title: "The ECG around the onset",
      on: { click: () => this.toggleStrip(latest.alarm, row, button) },
    }, isOpen ? "Hide" : "Show");
    const row = element("tr", { "data-alarm": latest.alarm },
      element("td", {}, mark(latest.priority)),
      element("td", { class: "what" }, element("strong", {}, nameOf(latest.condition)),
        element("span", { class: "reason" }, first.reason ?? ""), this.course(latest)),
      element("td", {}, clock(began) || "–"), element("td", {}, length), element("td", {}, score),
      element("td", {}, button));
    return row;
  }
}

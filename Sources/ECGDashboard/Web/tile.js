// One bed of the ward.

import { isQuiet, nameOf, Strip } from "./model.js";
import { element, mark, put } from "./parts.js";

export class Tile {
  constructor(bed, actions) {
    this.bed = bed;
    this.actions = actions;
    this.name = element("h3", {}, bed.id);
    this.state = element("span", { class: "state" });
    this.quality = element("span", { class: "quality", role: "img" },
      element("i"), element("i"), element("i"), element("i"));
    this.rate = element("span", { class: "rate" }, "–");
    this.trend = element("canvas", { class: "trend", "aria-hidden": "true" });
    this.canvas = element("canvas", { class: "paper", "aria-hidden": "true" });
    this.overlay = element("div", { class: "overlay" });
    this.alarm = element("div", { class: "tile-alarm" });
    this.pause = element("button", {
      class: "pause", title: "Pause this bed's alarms for two minutes",
      on: { click: (click) => { click.stopPropagation(); actions.pause(bed.id); } },
    }, "Pause");
    this.node = element("article", {
      class: "tile", tabIndex: 0, "data-bed": bed.id,
      on: { click: () => actions.open(bed.id) },
    },
    element("div", { class: "head" }, this.name, this.trend, this.quality,
      element("span", { class: "pulse" }, this.rate, element("small", {}, "/min"))),
    element("div", { class: "strip" }, this.canvas, this.overlay),
    element("div", { class: "foot" }, this.state, this.alarm, this.pause));
    this.strip = new Strip(this.canvas, { targetSeconds: 4 });
    bed.attach(this.strip);
  }

  remove() {
    this.bed.detach(this.strip);
    this.strip.close();
    this.node.remove();
  }

  resize() {
    this.strip.resize();
    this.drawnTrend = null;
  }

  /** Words and marks; a few times a second. */
  update(alarms, canAct, trendColours) {
    const bed = this.bed, [state, words] = bed.state;
    const first = alarms[0];
    const classes = `tile ${state} ${first ? `${first.priority} ${isQuiet(first) ? "acknowledged" : "open"}` : "calm"}`;
    if (this.node.className !== classes) this.node.className = classes;
    put(this.state, first ? "" : words || "watched");
    this.state.hidden = Boolean(first);
    put(this.rate, bed.heartRate === null ? "–" : `${bed.heartRate}`);
    updateQuality(this.quality, bed);
    updateOverlay(this.overlay, bed);
    const signature = first ? `${first.alarm}${first.sequence}${alarms.length}` : "";
    if (this.alarm.dataset.signature !== signature) {
      this.alarm.dataset.signature = signature;
      this.alarm.replaceChildren(...(first ? [
        mark(first.priority), element("span", { class: "name" }, nameOf(first.condition)),
        element("span", { class: "more" }, first.paused && first.condition !== "alarmsPaused" ? "paused" : "",
          alarms.length > 1 ? ` +${alarms.length - 1}` : ""),
      ] : []));
    }
    const label = `${bed.id}: ${words || "watched"}, heart rate ${bed.heartRate ?? "unknown"}`
      + (first ? `, ${first.priority} priority alarm: ${nameOf(first.condition)}` : "");
    if (this.node.getAttribute("aria-label") !== label) this.node.setAttribute("aria-label", label);
    this.pause.hidden = !canAct;
    if (this.drawnTrend !== bed.trend.version) {
      this.drawnTrend = bed.trend.version;
      bed.trend.draw(this.trend, trendColours, 24);
    }
  }
}

export function updateQuality(node, bed) {
  const level = !bed.hasSignal ? 0 : Math.round(bed.quality * 4);
  if (node.dataset.level === `${level}`) return;
  node.dataset.level = level;
  node.setAttribute("aria-label", `signal quality ${level} of 4`);
  node.title = `signal quality ${level} of 4${bed.status?.qualityReason ? `: ${bed.status.qualityReason}` : ""}`;
}

/** Covers the paper where nothing on it is the patient's heart. */
export function updateOverlay(node, bed) {
  const [state] = bed.state;
  const words = state === "silent" ? "NO SIGNAL" : state === "leadOff" ? "LEAD OFF" : "";
  put(node, words);
  node.hidden = words === "";
}

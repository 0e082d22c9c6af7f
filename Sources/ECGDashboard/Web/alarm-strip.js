// An alarm's own ECG: ten seconds on either side of its onset on paper, with what the network made
// of it and the error between them.

import { element } from "./parts.js";

const speedMm = 25;
const gainMm = 10;
// On a narrow screen, in rows of half the length.
const rowSeconds = 10;
const wideEnough = 700;
const errorMm = 12;
const gapMm = 7;
// Where the ECG departs from its reconstruction by more, the difference is shaded, as in the ward.
const shadeMicrovolts = 150;
// A strip comes ten seconds after the onset: until then it is asked for again.
const retryMs = 2500;
const retries = 6;

export class AlarmStrip {
  constructor(alarm) {
    this.alarm = alarm;
    this.canvas = element("canvas", { role: "img" });
    this.caption = element("figcaption", {}, "reading the strip");
    this.node = element("figure", { class: "kept-strip" }, this.canvas, this.caption);
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.node);
    this.load();
  }

  close() {
    clearTimeout(this.retrying);
    this.observer.disconnect();
  }

  async load(left = retries) {
    let answer;
    try {
      answer = await (await fetch(`api/strip?alarm=${encodeURIComponent(this.alarm)}`)).json();
    } catch {
      answer = { ok: false, error: { message: "the ward server does not answer" } };
    }
    this.strip = answer.ok ? answer.strip : null;
    this.canvas.hidden = !this.strip;
    if (!this.strip) {
      this.caption.textContent = answer.error?.message ?? "no answer";
      const mayCome = answer.error?.code === "noStrip" && left > 0;
      if (mayCome) this.retrying = setTimeout(() => this.load(left - 1), retryMs);
      return;
    }
    const s = this.strip, before = s.onsetIndex / s.valueRateHz;
    const after = (s.ecgMicrovolts.length - s.onsetIndex) / s.valueRateHz;
    this.worst = s.errorMicrovolts.reduce((most, v) => v === null ? most : Math.max(most, Math.abs(v)), 0);
    this.caption.replaceChildren(
      element("span", { class: "key ecg" }, `${s.lead ?? "ECG"}, cleaned`),
      element("span", { class: "key made" }, "what the network expected"),
      element("span", { class: "key error" }, `error, at most ${(this.worst / 1000).toFixed(2)} mV`),
      element("span", {}, `25 mm/s  10 mm/mV${s.isWhole ? "" : "  · not all of it was there"}`));
    this.canvas.setAttribute("aria-label",
      `ECG from ${before.toFixed(0)} seconds before to ${after.toFixed(0)} seconds after the onset; `
      + `its reconstruction departs by at most ${(this.worst / 1000).toFixed(2)} millivolts`);
    this.draw();
  }

  draw() {
    const width = this.node.clientWidth;
    if (!this.strip || !width) return;
    const style = getComputedStyle(document.documentElement);
    this.colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const s = this.strip, ratio = Math.min(window.devicePixelRatio || 1, 2);
    const all = s.ecgMicrovolts.concat(s.reconstructionMicrovolts).filter((v) => v !== null);
    // Whole large squares, and never less than 1.5 mV of paper.
    const step = 500;
    this.top = Math.ceil(Math.max(1000, ...all) / step) * step;
    this.bottom = Math.floor(Math.min(-500, ...all) / step) * step;
    const seconds = width >= wideEnough ? rowSeconds : rowSeconds / 2;
    this.mm = width / (speedMm * seconds);
    this.paper = (this.top - this.bottom) / 1000 * gainMm * this.mm;
    const row = this.paper + (errorMm + gapMm) * this.mm;
    const rows = this.rows(Math.round(seconds * s.valueRateHz));
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(row * rows.length * ratio);
    this.canvas.style.height = `${row * rows.length}px`;
    const c = this.context = this.canvas.getContext("2d");
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    rows.forEach(([from, to], i) => {
      c.save();
      c.translate(0, i * row);
      this.drawRow(from, to, width);
      c.restore();
    });
  }

  /** Rows of `length` values, one of which begins at the onset. */
  rows(length) {
    const { onsetIndex, ecgMicrovolts } = this.strip, rows = [];
    for (let to = onsetIndex; to > 0; to -= length) rows.unshift([Math.max(0, to - length), to]);
    for (let from = onsetIndex; from < ecgMicrovolts.length; from += length) {
      rows.push([from, Math.min(from + length, ecgMicrovolts.length)]);
    }
    return rows;
  }

  drawRow(from, to, width) {
    const c = this.context, s = this.strip;
    const x = (i) => (i - from) / s.valueRateHz * speedMm * this.mm;
    const y = (v) => (this.top - v) / 1000 * gainMm * this.mm;
    this.grid(width);
    for (let i = from; i + 1 < to; i++) this.shade(i, x, y);
    this.line(s.reconstructionMicrovolts, from, to, x, y, this.colour("reconstruction"), 1.3, [4, 3]);
    this.line(s.ecgMicrovolts, from, to, x, y, this.colour("trace"), 1.5, []);
    const base = this.paper + errorMm * this.mm, full = Math.max(500, this.worst);
    c.fillStyle = this.colour("over");
    for (let i = from; i < to; i++) {
      const error = s.errorMicrovolts[i];
      if (error === null) continue;
      const height = Math.abs(error) / full * (errorMm - 2) * this.mm;
      c.fillRect(x(i), base - height, x(i + 1) - x(i) + 0.5, height);
    }
    c.fillStyle = c.strokeStyle = this.colour("rule");
    c.fillRect(0, base, width, 1);
    this.seconds(from, to, x, base);
    if (from === s.onsetIndex) {
      c.font = "600 12px system-ui, sans-serif";
      c.fillStyle = this.colour("paper");
      c.fillRect(0, 0, c.measureText("onset").width + 10, 17);
      c.fillStyle = this.colour("high");
      c.fillRect(0, 0, 2.5, base);
      c.fillText("onset", 6, 13);
    }
  }

  grid(width) {
    const c = this.context;
    c.fillStyle = this.colour("paper");
    c.fillRect(0, 0, width, this.paper);
    for (const [every, name] of [[1, "grid"], [5, "grid-5"]]) {
      if (every * this.mm < 2.5) continue;
      c.fillStyle = this.colour(name);
      for (let at = 0; at * this.mm <= width; at += every) c.fillRect(at * this.mm, 0, 1, this.paper);
      for (let at = 0; at * this.mm <= this.paper; at += every) c.fillRect(0, at * this.mm, width, 1);
    }
  }

  seconds(from, to, x, base) {
    const c = this.context, s = this.strip;
    c.fillStyle = this.colour("muted");
    c.font = "11px system-ui, sans-serif";
    const first = Math.ceil((from - s.onsetIndex) / s.valueRateHz);
    for (let t = first; s.onsetIndex + t * s.valueRateHz < to; t++) {
      const at = x(s.onsetIndex + t * s.valueRateHz);
      c.fillRect(at, base, 1, 4);
      if (t % 2 === 0) c.fillText(`${t} s`.replace("-", "−"), at + 3, base + 13);
    }
  }

  shade(i, x, y) {
    const s = this.strip, c = this.context;
    const a = s.ecgMicrovolts[i], b = s.ecgMicrovolts[i + 1];
    const m = s.reconstructionMicrovolts[i], n = s.reconstructionMicrovolts[i + 1];
    if (a === null || b === null || m === null || n === null) return;
    if (Math.abs(a - m) <= shadeMicrovolts && Math.abs(b - n) <= shadeMicrovolts) return;
    c.fillStyle = this.colour("shade-over");
    c.beginPath();
    c.moveTo(x(i), y(a));
    c.lineTo(x(i + 1), y(b));
    c.lineTo(x(i + 1), y(n));
    c.lineTo(x(i), y(m));
    c.fill();
  }

  line(values, from, to, x, y, colour, width, dash) {
    const c = this.context;
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.lineJoin = "round";
    c.setLineDash(dash);
    c.beginPath();
    let isDown = false;
    for (let i = from; i < to; i++) {
      if (values[i] === null) { isDown = false; continue; }
      if (isDown) c.lineTo(x(i), y(values[i])); else c.moveTo(x(i), y(values[i]));
      isDown = true;
    }
    c.stroke();
    c.setLineDash([]);
  }
}

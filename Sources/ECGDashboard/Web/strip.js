// A running ECG on paper: a sweep that overwrites the oldest, at 25 mm a second.

const ringSize = 4096;
const speedMm = 25;
// How far the sweep stays behind the newest sample: frames come four times a second.
const delaySeconds = 0.55;
const gapMm = 3;
// Where the signal departs from its reconstruction by more, the difference is shaded.
const shadeMillivolts = 0.15;

export class Strip {
  constructor(canvas, { targetSeconds = 5 } = {}) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.targetSeconds = targetSeconds;
    this.ecg = new Float32Array(ringSize).fill(NaN);
    this.reconstruction = new Float32Array(ringSize).fill(NaN);
    this.marks = new Uint8Array(ringSize); // 1: over the limit, 2: poor quality
    this.path = null;
    this.rate = 128;
    this.heardAt = -Infinity;
    this.reset();
    this.colours();
    // A drawing that is stretched to another size would show another heart.
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas);
  }

  close() { this.observer.disconnect(); }

  reset() {
    this.newest = null;
    this.head = null;
    this.drawn = null;
    this.oldest = null;
    this.dirty = [];
    this.ecg.fill(NaN);
    this.reconstruction.fill(NaN);
    this.marks.fill(0);
    this.context?.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  colours() {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(name).trim();
    this.colour = {
      ecg: value("--trace"), reconstruction: value("--reconstruction"),
      shade: value("--shade"), over: value("--shade-over"), limit: value("--over"), poor: value("--poor"),
      head: value("--head"),
    };
    if (this.newest !== null) this.repaint();
  }

  /** Fits the drawing to the canvas' size on the page. */
  resize() {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const width = this.canvas.clientWidth, height = this.canvas.clientHeight;
    if (!width || !height) return;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    // A millimetre of paper in CSS pixels: true to size where there is room.
    this.mm = Math.max(0.9, Math.min(4, width / (speedMm * this.targetSeconds)));
    this.gain = height / this.mm >= 30 ? 10 : height / this.mm >= 18 ? 5 : height / this.mm / 3;
    if (this.gain < 10) this.canvas.parentElement.dataset.gain = `${Math.round(this.gain)} mm/mV`;
    else delete this.canvas.parentElement.dataset.gain;
    this.ratio = ratio;
    this.width = width;
    this.height = height;
    this.secondWidth = speedMm * this.mm;
    this.baseline = height * 0.6;
    this.millivolt = this.gain * this.mm;
    this.canvas.style.setProperty("--mm", `${this.mm}px`);
    this.canvas.classList.toggle("coarse", this.mm < 2.2);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.repaint();
  }

  /** Takes a frame of either kind. */
  take(frame) {
    if (frame.kind === 1) {
      if (this.path !== frame.path || this.rate !== frame.rate) {
        this.path = frame.path;
        this.rate = frame.rate;
        this.reset();
      }
      const mark = frame.quality < 0.5 ? 2 : 0;
      frame.values.forEach((value, i) => {
        const at = (frame.index + i) & (ringSize - 1);
        this.ecg[at] = value;
        this.reconstruction[at] = NaN;
        this.marks[at] = mark;
      });
      if (this.newest === null) {
        this.oldest = frame.index;
        this.head = frame.index;
        this.drawn = frame.index;
      } else if (frame.index > this.newest + 1) {
        for (let i = this.newest + 1; i < frame.index && i < this.newest + ringSize; i++) {
          this.ecg[i & (ringSize - 1)] = NaN;
          this.reconstruction[i & (ringSize - 1)] = NaN;
        }
      }
      this.newest = Math.max(this.newest ?? 0, frame.index + frame.values.length - 1);
      this.heardAt = performance.now();
    } else if (frame.kind === 2 && frame.path === this.path && this.newest !== null) {
      const isOver = frame.score >= frame.limit;
      frame.values.forEach((value, i) => {
        const index = frame.index + i;
        if (index <= this.newest - ringSize / 2 || index > this.newest + ringSize / 4) return;
        this.reconstruction[index & (ringSize - 1)] = value;
        if (isOver) this.marks[index & (ringSize - 1)] |= 1;
      });
      this.dirty.push([frame.index, frame.index + frame.values.length - 1]);
    }
  }

  /** Moves the sweep on; called with every picture of the screen. */
  advance(elapsedSeconds) {
    if (this.newest === null || !this.width) return;
    const lag = (this.newest - this.head) / this.rate;
    if (lag > 4 || lag < -1) this.head = this.newest - delaySeconds * this.rate;
    // Runs a little faster or slower, so that it neither starves nor falls behind.
    const speed = 1 + Math.max(-0.08, Math.min(0.15, (lag - delaySeconds) * 0.2));
    this.head = Math.min(this.newest, this.head + elapsedSeconds * this.rate * speed);
    const to = Math.floor(this.head);
    if ((to - this.drawn) / this.rate * this.secondWidth < 1) return;
    this.paint(Math.max(this.drawn, to - this.span()), to);
    this.clearAhead(to);
    this.drawn = to;
    if (this.dirty.length) {
      const visible = to - this.span() + gapMm * this.mm / this.secondWidth * this.rate;
      for (const [a, b] of this.dirty) {
        if (b > visible && a < to) this.paint(Math.max(a, Math.ceil(visible)), Math.min(b, to));
      }
      this.dirty = this.dirty.filter(([, b]) => b > to);
    }
  }

  /** Samples that fit across. */
  span() { return Math.floor(this.width / this.secondWidth * this.rate); }

  x(index) { return (index / this.rate * this.secondWidth) % this.width; }

  repaint() {
    if (!this.width) return;
    this.context.clearRect(0, 0, this.width, this.height);
    if (this.newest === null) return;
    const to = Math.floor(this.head);
    this.paint(Math.max(this.oldest, to - this.span() + 1), to);
    this.clearAhead(to);
  }

  clearAhead(to) {
    const x = this.x(to) + 0.75, gap = gapMm * this.mm;
    this.context.clearRect(x, 0, gap, this.height);
    if (x + gap > this.width) this.context.clearRect(0, 0, x + gap - this.width, this.height);
  }

  /** Draws samples `from` to `to` anew, where they stand in the sweep. */
  paint(from, to) {
    while (from < to) {
      const x0 = this.x(from);
      const room = Math.max(1, Math.floor((this.width - x0) / this.secondWidth * this.rate));
      const end = Math.min(to, from + room);
      this.piece(from, end, x0);
      from = end;
    }
  }

  piece(from, to, x0) {
    const c = this.context, step = this.secondWidth / this.rate;
    const x = (i) => x0 + (i - from) * step;
    const y = (v) => Math.max(1, Math.min(this.height - 1, this.baseline - v * this.millivolt));
    const at = (i) => i & (ringSize - 1);
    c.save();
    c.beginPath();
    c.rect(x0 - 0.5, 0, (to - from) * step + 1, this.height);
    c.clip();
    c.clearRect(x0 - 0.5, 0, (to - from) * step + 1, this.height);
    const a = Math.max(this.oldest, from - 2), b = to + (to < this.head - 2 ? 2 : 0);
    this.shade(a, b, x, y, at);
    this.line(this.reconstruction, a, b, x, y, at, this.colour.reconstruction, 1.1, [3, 2]);
    this.line(this.ecg, a, b, x, y, at, this.colour.ecg, 1.4, []);
    c.fillStyle = this.colour.poor;
    for (let i = a; i < b; i++) if (this.marks[at(i)] & 2) c.fillRect(x(i), this.height - 3, step + 0.5, 3);
    c.fillStyle = this.colour.limit;
    for (let i = a; i < b; i++) if (this.marks[at(i)] & 1) c.fillRect(x(i), 0, step + 0.5, 3);
    c.restore();
  }

  line(values, a, b, x, y, at, colour, width, dash) {
    const c = this.context;
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.lineJoin = "round";
    c.setLineDash(dash);
    c.beginPath();
    let isDown = false;
    for (let i = a; i <= b; i++) {
      const v = values[at(i)];
      if (Number.isNaN(v)) { isDown = false; continue; }
      if (isDown) c.lineTo(x(i), y(v)); else c.moveTo(x(i), y(v));
      isDown = true;
    }
    c.stroke();
    c.setLineDash([]);
  }

  shade(a, b, x, y, at) {
    const c = this.context;
    for (let i = a; i < b; i++) {
      const v = this.ecg[at(i)], r = this.reconstruction[at(i)];
      const v2 = this.ecg[at(i + 1)], r2 = this.reconstruction[at(i + 1)];
      if (!(Math.abs(v - r) > shadeMillivolts) && !(Math.abs(v2 - r2) > shadeMillivolts)) continue;
      if (Number.isNaN(v2 - r2) || Number.isNaN(v - r)) continue;
      c.fillStyle = this.marks[at(i)] & 1 ? this.colour.over : this.colour.shade;
      c.beginPath();
      c.moveTo(x(i), y(v));
      c.lineTo(x(i + 1), y(v2));
      c.lineTo(x(i + 1), y(r2));
      c.lineTo(x(i), y(r));
      c.fill();
    }
  }
}

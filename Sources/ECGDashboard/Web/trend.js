// Scores of the last windows, over the limit that they are held against.

const kept = 240;

export class Trend {
  constructor() {
    this.points = [];
    // Grows with every score, so that each drawing knows whether it is up to date.
    this.version = 0;
  }

  add(score, limit) {
    if (!(score >= 0)) return;
    this.version += 1;
    this.points.push([score, limit]);
    if (this.points.length > kept) this.points.shift();
  }

  draw(canvas, colours, count = 60) {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width || !height) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const c = canvas.getContext("2d");
    c.scale(ratio, ratio);
    const points = this.points.slice(-count);
    // The limit stands at two thirds of the height, whatever its value.
    const y = (value, limit) => height - 2 - Math.min(1, value / (limit * 1.5)) * (height - 4);
    const limitY = y(1, 1);
    c.strokeStyle = colours.limit;
    c.lineWidth = 1;
    c.setLineDash([4, 3]);
    c.beginPath();
    c.moveTo(0, limitY);
    c.lineTo(width, limitY);
    c.stroke();
    c.setLineDash([]);
    const step = width / count;
    points.forEach(([score, limit], i) => {
      const top = y(score, limit || 1), x = width - (points.length - i) * step;
      const isOver = score >= limit;
      c.fillStyle = isOver ? colours.over : colours.bar;
      c.fillRect(x, top, Math.max(1, step - 0.7), height - top);
    });
  }
}

// What comes over the WebSocket: texts are JSON, binary messages are waveform frames.

const text = new TextDecoder();

/** The waveform frames of one binary message, as Documentation/Protocol.md lays them out. */
export function* frames(buffer) {
  const view = new DataView(buffer);
  let at = 0;
  while (at + 8 <= buffer.byteLength) {
    const nameLength = view.getUint8(at);
    const frameLength = view.getUint32(at + 4, true);
    const name = text.decode(new Uint8Array(buffer, at + 8, nameLength));
    const start = at + 8 + Math.ceil(nameLength / 8) * 8;
    if (start + frameLength > buffer.byteLength) return;
    const frame = decode(view, buffer, start, frameLength, name);
    if (frame) yield frame;
    at = start + Math.ceil(frameLength / 8) * 8;
  }
}

function decode(view, buffer, at, length, stream) {
  if (length < 96 || view.getUint32(at, true) !== 0x57474345 || view.getUint8(at + 4) !== 1) return null;
  const headerLength = view.getUint16(at + 6, true);
  const count = view.getUint32(at + 12, true);
  if (headerLength + 4 * count !== length) return null;
  const leadBytes = new Uint8Array(buffer, at + 88, 8);
  return {
    stream,
    kind: view.getUint8(at + 5),
    isLearning: (view.getUint32(at + 8, true) & 1) !== 0,
    rate: view.getUint32(at + 16, true) / 1000,
    index: Number(view.getBigInt64(at + 40, true)),
    timeMs: Number(view.getBigInt64(at + 48, true) / 1000000n),
    path: view.getUint32(at + 56, true),
    score: view.getFloat32(at + 60, true),
    limit: view.getFloat32(at + 64, true),
    heartRate: view.getFloat32(at + 68, true),
    quality: view.getFloat32(at + 72, true),
    lead: text.decode(leadBytes).replace(/\0.*$/, ""),
    values: new Float32Array(buffer, at + headerLength, count),
  };
}

/** A connection that comes back by itself, and notices when nothing comes any more. */
export class Live {
  static silenceMs = 3500;

  constructor({ onText, onFrame, onChange }) {
    Object.assign(this, { onText, onFrame, onChange });
    this.isUp = false;
    this.since = Date.now();
    this.heardAt = performance.now();
    this.wait = 500;
    setInterval(() => this.check(), 500);
    this.connect();
  }

  connect() {
    const address = new URL("live", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.hash = "";
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.heardAt = performance.now();
    socket.onmessage = (message) => {
      if (socket !== this.socket) return;
      this.heardAt = performance.now();
      this.wait = 500;
      this.set(true);
      if (typeof message.data === "string") this.onText(JSON.parse(message.data));
      else for (const frame of frames(message.data)) this.onFrame(frame);
    };
    socket.onclose = () => { if (socket === this.socket) this.lose(); };
  }

  check() {
    if (!this.socket) return;
    if (performance.now() - this.heardAt > Live.silenceMs) this.lose();
  }

  lose() {
    const old = this.socket;
    this.socket = null;
    try { old?.close(); } catch { /* it was closed already */ }
    this.set(false);
    setTimeout(() => this.connect(), this.wait);
    this.wait = Math.min(this.wait * 2, 5000);
  }

  set(isUp) {
    if (isUp === this.isUp) return;
    this.isUp = isUp;
    this.since = Date.now();
    this.onChange();
  }
}

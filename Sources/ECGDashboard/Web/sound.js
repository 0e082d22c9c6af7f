// Audible signals: off until somebody turns them on, as browsers demand and nurses deserve.

// Bursts in the manner of monitors: more and faster pulses where it is more urgent.
const bursts = {
  high: { pulses: [0, 0.2, 0.4, 0.7, 0.9], frequency: 880, everyMs: 5000 },
  medium: { pulses: [0, 0.3, 0.6], frequency: 660, everyMs: 12000 },
};

export class Sound {
  constructor(button) {
    this.button = button;
    this.isOn = false;
    this.lastAt = -Infinity;
    button.addEventListener("click", () => this.toggle());
  }

  toggle() {
    this.isOn = !this.isOn;
    if (this.isOn) {
      this.context ??= new AudioContext();
      this.context.resume();
    }
    this.button.textContent = this.isOn ? "Sound on" : "Sound off";
    this.button.setAttribute("aria-pressed", `${this.isOn}`);
  }

  /** `priority`: of the most urgent thing that nobody has taken notice of. */
  update(priority) {
    const burst = bursts[priority];
    if (!this.isOn || !burst || performance.now() - this.lastAt < burst.everyMs) return;
    this.lastAt = performance.now();
    for (const delay of burst.pulses) this.pulse(burst.frequency, this.context.currentTime + delay);
  }

  pulse(frequency, at) {
    const tone = this.context.createOscillator(), volume = this.context.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.25, at + 0.02);
    volume.gain.setValueAtTime(0.25, at + 0.12);
    volume.gain.linearRampToValueAtTime(0, at + 0.15);
    tone.connect(volume).connect(this.context.destination);
    tone.start(at);
    tone.stop(at + 0.16);
  }
}

"""What a user would write instead of ecgd: one Python process with pyzmq, scipy and ONNX Runtime.

Takes the packets that `ecgctl bench pipeline --packets FILE` wrote, from a PULL socket that a
second process feeds, and does the daemon's job on them: decode, resample to the model's rate,
high-pass, low-pass, signal quality, QRS detection, windows around beats, the patient's own
reference beat, the autoencoder over windows of many beds in one batch, a score. Filters keep
their state and work on whole blocks; a bed's samples are gathered until there are --block seconds
of them, so that the price of a call is shared. Every package is held to one thread.

The patient's reference is the mean of the beats seen while learning and the score a robust
z-score: simpler than ecgd's, and cheaper.
"""
import os

for name in "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS":
    os.environ[name] = "1"
import argparse
import json
import multiprocessing
import platform
import struct
import time

import numpy as np
import onnx
import onnxruntime
import scipy
import zmq
from numpy.lib.stride_tricks import sliding_window_view
from scipy import signal

import onnxmodel

HEADER = struct.Struct("<4sBBHBBBBIQqqII")
ENTRY = struct.Struct("<16sfi")
RATE = 128


class Resampler:
    """A streaming polyphase filter from `rate` to 128 Hz."""

    def __init__(self, rate, delay=0.08):
        step = np.gcd(int(rate), RATE)
        self.up, self.down = RATE // step, int(rate) // step
        half = int(delay * rate)
        self.taps = 2 * half
        prototype = signal.firwin(
            self.taps * self.up, 42 + 12, window=("kaiser", 7.5), fs=rate * self.up) * self.up
        # [phase][tap], newest sample last
        self.table = prototype.reshape(self.taps, self.up).T[:, ::-1].astype(np.float32).copy()


class Bed:
    """Everything about one stream between packets."""

    sos = None

    def __init__(self, plan, gain, baseline):
        self.plan, self.gain, self.baseline = plan, gain, baseline
        self.raw, self.waiting = [], 0
        self.tail = np.zeros(plan.resampler.taps, np.float32)
        self.position = 0  # of the resampler, in units of 1 / up input samples
        self.zi = np.zeros((plan.band.shape[0], 2))
        self.ziQRS = np.zeros((plan.qrs.shape[0], 2))
        self.signal = np.zeros(plan.history, np.float32)
        self.slope = np.zeros(plan.history, np.float32)
        self.end = 0  # absolute index of the next sample at 128 Hz
        self.level = 0.0
        self.lastBeat = -RATE
        self.pending = []
        self.beats = 0
        self.sum = np.zeros(plan.size, np.float32)
        self.learnt = 0
        self.reference = None
        self.errors = []
        self.centre = None
        self.score = None
        self.quality = 1.0

    def take(self, samples, out):
        """One packet's samples; windows that are complete go to `out`."""
        self.raw.append(samples)
        self.waiting += len(samples)
        if self.waiting < self.plan.block:
            return
        units = self.raw[0] if len(self.raw) == 1 else np.concatenate(self.raw)
        self.raw, self.waiting = [], 0
        millivolts = (units.astype(np.float32) - self.baseline) / self.gain
        resampled = self.resample(millivolts)
        filtered, self.zi = signal.sosfilt(self.plan.band, resampled, zi=self.zi)
        banded, self.ziQRS = signal.sosfilt(self.plan.qrs, filtered, zi=self.ziQRS)
        self.store(filtered, banded)
        self.judge(resampled)
        self.detect(len(filtered))
        self.cut(out)

    def resample(self, millivolts):
        r = self.plan.resampler
        x = np.concatenate([self.tail, millivolts])
        last = (len(x) - r.taps) * r.up
        at = np.arange(self.position, last, r.down)
        self.position = (self.position + len(at) * r.down) - len(millivolts) * r.up
        self.tail = x[len(x) - r.taps:]
        rows = sliding_window_view(x, r.taps)[at // r.up]
        return np.einsum("ij,ij->i", rows, r.table[at % r.up])

    def store(self, filtered, banded):
        n = len(filtered)
        self.signal[:-n] = self.signal[n:]
        self.signal[-n:] = filtered
        self.slope[:-n] = self.slope[n:]
        self.slope[-n:] = np.abs(banded)
        self.end += n

    def judge(self, unfiltered):
        """Flat, at the rail, or muscle noise."""
        size = np.ptp(self.signal[-4 * RATE:])
        bend = np.sqrt(np.mean(np.square(np.diff(unfiltered, 2)))) if len(unfiltered) > 2 else 0.0
        still = np.mean(np.abs(np.diff(unfiltered)) < 0.0005)
        self.quality = 0.0 if size < 0.05 or still > 0.95 else 1 / (1 + (bend / size / 0.12) ** 2)

    def detect(self, new):
        """Peaks of the 5 to 17 Hz part over an adapting level, each found once."""
        look = new + RATE // 2
        energy = np.convolve(self.slope[-look - 16:], self.plan.mean, "valid")[-look:]
        self.level = max(0.02, 0.9 * self.level + 0.1 * energy.max())
        peaks, _ = signal.find_peaks(energy, height=0.4 * self.level, distance=RATE // 4)
        first = self.end - look
        for peak in peaks:
            at = first + int(peak)
            if at > self.lastBeat + RATE // 4 and at < self.end - 16:
                self.lastBeat = at
                self.pending.append(at)
                self.beats += 1

    def cut(self, out):
        """Windows around beats whose samples are all there."""
        plan = self.plan
        while self.pending and self.pending[0] + plan.after <= self.end:
            start = len(self.signal) - (self.end - self.pending.pop(0)) - plan.before
            if start < 0 or self.quality < 0.5:
                continue
            window = self.signal[start:start + plan.size]
            window = window - window.mean()
            if self.learnt < plan.learning:
                self.sum += window
                self.learnt += 1
                if self.learnt == plan.learning:
                    self.reference = self.sum / self.learnt
                    self.amplitude = np.ptp(self.reference)
                    self.reference /= self.amplitude
                continue
            out.append((self, window / self.amplitude))

    def judged(self, error):
        """The score: how far the error lies over the patient's own."""
        error = float(np.log(error + 0.005))
        if self.centre is None:
            self.errors.append(error)
            if len(self.errors) == 30:
                self.centre = np.median(self.errors)
                self.spread = 1.4826 * np.median(np.abs(self.errors - self.centre)) + 0.02
            return
        self.score = (error - self.centre) / self.spread


class Plan:
    def __init__(self, model, rate, block):
        onnx_bytes, manifest, _ = onnxmodel.convert(model)
        window = manifest["window"]
        assert manifest["sampleRateHz"] == RATE
        self.before, self.after = window["beforeSamples"], window["afterSamples"]
        self.size = self.before + self.after
        self.block = max(1, round(block * rate))
        self.history = 4 * RATE
        self.learning = 40
        self.resampler = Resampler(rate)
        band = [
            signal.butter(f["order"], f["hz"], kind, fs=RATE, output="sos")
            for f, kind in ((manifest["filters"]["highPass"], "high"),
                            (manifest["filters"]["lowPass"], "low"))]
        self.band = np.concatenate(band)
        self.qrs = signal.butter(2, [5, 17], "band", fs=RATE, output="sos")
        self.mean = np.full(16, 1 / 16, np.float32)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            onnx_bytes, options, providers=["CPUExecutionProvider"])


class Ward:
    """All beds, and the windows that wait for the network."""

    def __init__(self, plan, batch):
        self.plan, self.batch = plan, batch
        self.beds, self.waiting = {}, []
        self.samples = self.windows = self.packets = 0

    def take(self, topic, packet):
        (magic, version, flags, length, leads, form, mode, _, count, sequence, first, at, rate,
         session) = HEADER.unpack_from(packet)
        if magic != b"ECGD" or version != 1 or form != 1:
            raise ValueError("no packet of this protocol")
        bed = self.beds.get(topic)
        if bed is None:
            _, gain, baseline = ENTRY.unpack_from(packet, HEADER.size)
            bed = self.beds[topic] = Bed(self.plan, gain, baseline)
        bed.take(np.frombuffer(packet, "<i2", count, length), self.waiting)
        self.packets += 1
        self.samples += count
        if len(self.waiting) >= self.batch:
            self.flush()

    def flush(self):
        if not self.waiting:
            return
        window = np.stack([w for _, w in self.waiting])
        reference = np.stack([bed.reference for bed, _ in self.waiting])
        reconstruction, _ = self.plan.session.run(None, {"window": window, "reference": reference})
        errors = np.abs(window - reconstruction).mean(axis=1)
        for (bed, _), error in zip(self.waiting, errors):
            bed.judged(error)
        self.windows += len(self.waiting)
        self.waiting = []


def packets(path):
    """(topic, packet) in the order of the file: length and bed, 32 bits each, then the packet."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        length, bed = struct.unpack_from("<II", data, at)
        yield b"ecg/bed-%d" % bed, data[at + 8:at + 8 + length]
        at += 8 + length


def feed(path, endpoint):
    socket = zmq.Context().socket(zmq.PUSH)
    socket.connect(endpoint)
    for topic, packet in packets(path):
        socket.send_multipart([topic, packet])
    socket.close(linger=-1)


def run(arguments, rate, total):
    """The report of one pass over the packets; what comes before --warm seconds is not timed."""
    ward = Ward(Plan(arguments.model, rate, arguments.block), arguments.batch)
    process = None
    if arguments.sockets:
        endpoint = f"ipc:///tmp/ecgd-peer-{os.getpid()}"
        socket = zmq.Context().socket(zmq.PULL)
        socket.bind(endpoint)
        process = multiprocessing.get_context("spawn").Process(
            target=feed, args=(arguments.packets, endpoint))
        process.start()
        source = (socket.recv_multipart() for _ in range(total[0]))
    else:
        source = packets(arguments.packets)
    warm = int(total[0] * arguments.warm / total[1])
    for i, (topic, packet) in enumerate(source):
        if i == warm:
            windows, started = ward.windows, time.process_time()
        ward.take(topic, packet)
    ward.flush()
    cpu = time.process_time() - started
    if process:
        process.join()
    beds = len(ward.beds)
    seconds = (total[0] - warm) / total[0] * total[1]
    return {
        "streams": beds, "seconds": seconds, "processorSeconds": cpu,
        "bedsPerCore": beds * seconds / cpu, "windows": ward.windows - windows,
        "beats": sum(bed.beats for bed in ward.beds.values()), "sockets": arguments.sockets,
        "blockSeconds": arguments.block, "batch": arguments.batch,
        "scored": sum(bed.score is not None for bed in ward.beds.values()),
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "scipy": scipy.__version__, "onnxruntime": onnxruntime.__version__,
                     "onnx": onnx.__version__, "pyzmq": zmq.__version__}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("packets")
    parser.add_argument("--model", default="Models/default.safetensors")
    parser.add_argument("--warm", type=float, default=70)
    parser.add_argument("--block", type=float, default=0.0, help="seconds; 0: every packet")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--sockets", action="store_true", help="take the packets from a socket")
    arguments = parser.parse_args()
    count = samples = 0
    beds = set()
    for topic, packet in packets(arguments.packets):
        header = HEADER.unpack_from(packet)
        count, samples, rate = count + 1, samples + header[8], header[12] / 1000
        beds.add(topic)
    print(json.dumps(run(arguments, rate, (count, samples / rate / len(beds))), indent=1))


if __name__ == "__main__":
    main()

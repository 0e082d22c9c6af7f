"""A gateway: sends one lead of ECG to ecgd, from a CSV file of millivolts or made up.

python gateway.py tcp://127.0.0.1:5601 [--csv FILE] [--pub] [--bind] [--seconds S] [--speed N]
"""
import argparse, struct, time
import numpy as np, zmq

p = argparse.ArgumentParser()
p.add_argument("endpoint"); p.add_argument("--csv"); p.add_argument("--stream", default="bed-1")
p.add_argument("--rate", type=float, default=250); p.add_argument("--lead", default="II")
p.add_argument("--seconds", type=float, default=60); p.add_argument("--speed", type=float, default=1)
p.add_argument("--pub", action="store_true"); p.add_argument("--bind", action="store_true")
a = p.parse_args()
t = np.arange(int(a.seconds * a.rate)) / a.rate
waves = [(0.15, 0.1, 0.02), (1.0, 0.25, 0.01), (-0.2, 0.28, 0.01), (0.3, 0.5, 0.05)]  # P R S T: mV, s, s
mv = np.loadtxt(a.csv) if a.csv else sum(h * np.exp(-((t % 0.8 - c) / w) ** 2 / 2) for h, c, w in waves)
socket = zmq.Context().socket(zmq.PUB if a.pub else zmq.PUSH)
(socket.bind if a.bind else socket.connect)(a.endpoint)
if a.pub: time.sleep(1)  # what is published before a subscriber has come is lost
session, start, block = int(time.time()) & 0xFFFFFFFF, time.time_ns(), max(1, int(a.rate / 10))
for sequence, first in enumerate(range(0, len(mv), block)):
    samples = mv[first : first + block].astype("<f4")  # NaN: missing
    when, last = start + int(first / a.rate * 1e9), first + block >= len(mv)
    header = struct.pack("<4sBBHBBBBIQqqII", b"ECGD", 1, last, 72, 1, 2, 2, 0, len(samples),
                         sequence, first, when, round(a.rate * 1000), session)
    lead = struct.pack("<16sfi", a.lead.encode(), 1, 0)
    time.sleep(max(0, start / 1e9 + first / a.rate / a.speed - time.time()))
    socket.send_multipart([b"ecg/" + a.stream.encode(), header + lead + samples.tobytes()])
socket.close(linger=10_000)

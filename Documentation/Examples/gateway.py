"""python gateway.py ENDPOINT [--csv FILE] [--stream S] [--lead L] [--rate HZ] [--pub] [--bind] [--key FILE --server-key K]"""
import argparse, struct, time, numpy as np, zmq
p = argparse.ArgumentParser(); p.add_argument("endpoint"); p.add_argument("--csv")
for name in "--key", "--server-key": p.add_argument(name)  # your secret key's file, the daemon's public key
for name in "--pub", "--bind": p.add_argument(name, action="store_true")
for name, value in {"stream": "bed-1", "lead": "II", "rate": 250.0, "seconds": 60.0, "speed": 1.0}.items():
    p.add_argument("--" + name, type=type(value), default=value)
a = p.parse_args(); t = np.arange(int(a.seconds * a.rate)) / a.rate
waves = [(0.15, 0.1, 0.02), (1.0, 0.25, 0.01), (-0.2, 0.28, 0.01), (0.3, 0.5, 0.05)]  # P R S T: mV, s, s
mv = np.loadtxt(a.csv) if a.csv else sum(h * np.exp(-((t % 0.8 - c) / w) ** 2 / 2) for h, c, w in waves)
socket = zmq.Context().socket(zmq.PUB if a.pub else zmq.PUSH)
if a.key:
    secret = open(a.key, "rb").readline().strip()
    socket.curve_secretkey, socket.curve_publickey, socket.curve_serverkey = secret, zmq.curve_public(secret), a.server_key.encode()
(socket.bind if a.bind else socket.connect)(a.endpoint)
time.sleep(a.pub)  # one second for PUB: what is published before a subscriber has come is lost
session, start, block = int(time.time()) & 0xFFFFFFFF, time.time_ns(), max(1, int(a.rate / 10))
for sequence, first in enumerate(range(0, len(mv), block)):
    samples, last = mv[first : first + block].astype("<f4"), first + block >= len(mv)  # NaN: missing
    header = struct.pack("<4sBBHBBBBIQqqII", b"ECGD", 1, last, 72, 1, 2, 2, 0, len(samples), sequence, first,
                         start + int(first / a.rate * 1e9), round(a.rate * 1000), session)
    lead = struct.pack("<16sfi", a.lead.encode(), 1, 0)
    time.sleep(max(0, start / 1e9 + first / a.rate / a.speed - time.time()))
    socket.send_multipart([b"ecg/" + a.stream.encode(), header + lead + samples.tobytes()])
socket.close(linger=10_000)

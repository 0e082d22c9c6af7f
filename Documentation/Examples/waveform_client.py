"""A display: prints what comes of the waveforms. python waveform_client.py [ENDPOINT [TOPIC]]"""
import struct, sys, zmq

HEADER = struct.Struct("<4sBBHIIIIQqqqIffffffI8s")  # Documentation/Protocol.md, Waveforms
KINDS = {1: "cleaned", 2: "reconstruction", 3: "latent"}
socket = zmq.Context().socket(zmq.SUB)
socket.connect(sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5603")
socket.subscribe((sys.argv[2] if len(sys.argv) > 2 else "wave/").encode())
while True:
    topic, frame = socket.recv_multipart()
    (magic, version, kind, length, flags, count, rate, _, sequence, first, index, _, path, score,
     limit, heart_rate, quality, snr, share, _, lead) = HEADER.unpack_from(frame)
    values = struct.unpack_from(f"<{count}f", frame, length)
    print(topic.decode(), KINDS[kind], sequence, first, index, count, f"{rate / 1000:g} Hz",
          lead.rstrip(b"\0").decode(), f"{heart_rate:.0f} bpm quality {quality:.2f}",
          f"score {score:.2f}/{limit:.2f} peak {max(values, key=abs):.3f}", flush=True)

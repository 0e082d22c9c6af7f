"""An operator: prints the alerts that ecgd publishes. python operator_client.py [ENDPOINT [KEY-FILE SERVER-KEY]]"""
import json, sys, zmq

socket = zmq.Context().socket(zmq.SUB)
if len(sys.argv) > 3:  # your secret key's file, the daemon's public key
    secret = open(sys.argv[2], "rb").readline().strip()
    socket.curve_secretkey, socket.curve_publickey, socket.curve_serverkey = secret, zmq.curve_public(secret), sys.argv[3].encode()
socket.connect(sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5602")
socket.subscribe(b"alert/")  # or b"alert/bed-1"
while True:
    topic, event = socket.recv_multipart()
    e = json.loads(event)
    print(e["priority"], e["phase"], e.get("stream"), e["condition"], e["reason"], flush=True)

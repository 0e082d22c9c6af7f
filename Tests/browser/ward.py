"""A daemon, its ward page and gateways as processes, for tests in a real browser."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ECGD_BUILD", ROOT / ".build" / "debug"))
TOKEN = "a-token-for-the-test-only"


def chromium():
    """The browser's path, or None."""
    asked = os.environ.get("CHROMIUM")
    names = [asked] if asked else ["chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if (path := shutil.which(name))), None)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Ward:
    """Each program can be started, stopped and killed; all are gone at the end."""

    def __init__(self, folder):
        self.folder = folder
        self.samples, self.alerts, self.waveforms, self.control, self.http = free_ports(5)
        self.processes = {}
        text = (ROOT / "Config" / "ecgd.yaml").read_text()
        for old, new in zip(range(5601, 5605), (self.samples, self.alerts, self.waveforms, self.control)):
            text = text.replace(f"endpoint: tcp://127.0.0.1:{old}", f"endpoint: tcp://127.0.0.1:{new}")
        text = text.replace(": Models/", f": {ROOT}/Models/")
        (folder / "ecgd.yaml").write_text(text)
        token = folder / "token"
        token.touch(mode=0o600)
        token.write_text(TOKEN + "\n")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.http}/"

    def start(self, name, program, *arguments):
        log = open(self.folder / f"{name}.log", "a")
        environment = {**os.environ, "STATE_DIRECTORY": str(self.folder)}
        self.processes[name] = subprocess.Popen(
            [BUILD / program, *arguments], stdout=log, stderr=log, env=environment)

    def start_daemon(self):
        self.start("ecgd", "ecgd", "--config", self.folder / "ecgd.yaml")

    def start_page(self, *arguments):
        self.start(
            "ecgdash", "ecgdash", "--alerts", f"tcp://127.0.0.1:{self.alerts}",
            "--waveforms", f"tcp://127.0.0.1:{self.waveforms}",
            "--control", f"tcp://127.0.0.1:{self.control}", "--port", str(self.http),
            "--token-file", self.folder / "token", *arguments)
        self.wait_for_port(self.http)

    def start_gateway(self, stream, record, *arguments):
        self.start(
            f"gateway-{stream}", "ecgctl", "replay", record, "--stream", stream,
            "--endpoint", f"tcp://127.0.0.1:{self.samples}", *arguments)

    def kill(self, name, how=signal.SIGKILL):
        process = self.processes.pop(name)
        process.send_signal(how)
        process.wait()

    def close(self):
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.processes = {}

    def wait_for_port(self, port):
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError(f"nothing listens at {port}")

    def status(self):
        """The daemon's own account, as `ecgctl status` gives it."""
        reply = subprocess.run(
            [BUILD / "ecgctl", "status", "--json", "--endpoint", f"tcp://127.0.0.1:{self.control}"],
            check=True, capture_output=True, timeout=20)
        return json.loads(reply.stdout)["status"]

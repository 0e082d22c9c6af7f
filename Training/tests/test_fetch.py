"""fetch.py against a server of files that can cut connections, lie and refuse."""

import hashlib
import http.server
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

RECORDS = {"100.hea": b"100 2 360\n", "100.dat": bytes(range(256)) * 700, "100.atr": b"beats",
           "108.hea": b"108 2 360\n", "108.dat": b"other" * 999, "notes.txt": b"x"}  # fmt: skip
DATABASE = "toydb/1.0.0"


class PhysioNet(http.server.ThreadingHTTPServer):
    """Serves `files`; `cut` names one whose connection ends half-way, once; `lie` one that is wrong."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = dict(RECORDS)
        self.cut: str | None = None
        self.lie: str | None = None
        self.ranges = True
        self.asked: list[tuple[str, str | None]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def sums(self) -> bytes:
        lines = [f"{hashlib.sha256(data).hexdigest()} {name}\n" for name, data in RECORDS.items()]
        return "".join(lines).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    server: PhysioNet

    def do_GET(self) -> None:
        name = self.path.removeprefix(f"/{DATABASE}/")
        wanted = self.headers.get("Range")
        self.server.asked.append((name, wanted))
        data = self.server.sums() if name == "SHA256SUMS.txt" else self.server.files.get(name)
        if data is None:
            self.send_error(404)
            return
        if name == self.server.lie:
            data = data[:-1] + b"!"
        start = 0
        if wanted and self.server.ranges:
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
            if start >= len(data):
                self.send_error(416)
                return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        part = data[start:]
        if name == self.server.cut:
            self.server.cut, part = None, part[: len(part) // 2]
        self.wfile.write(part)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[PhysioNet]:
    with PhysioNet() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def get(run_script, server, tmp_path):
    def get(*what: str, source: str | None = None):
        return run_script("fetch.py", *what, "--data", tmp_path, "--from", source or server.address)

    return get


def fetched(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (folder / "toydb").iterdir() if p.name != "SHA256SUMS.txt"}


def test_the_files_of_the_wanted_records_come_and_no_others(get, tmp_path):
    done = get(f"{DATABASE}:100")
    assert done.returncode == 0, done.stderr
    assert fetched(tmp_path) == {k: v for k, v in RECORDS.items() if k.startswith("100")}


def test_what_is_there_and_verifies_is_not_fetched_again(get, server, tmp_path):
    get(DATABASE)
    (tmp_path / "toydb/108.dat").write_bytes(b"damaged")
    server.asked.clear()
    assert get(DATABASE).returncode == 0
    assert [name for name, _ in server.asked] == ["SHA256SUMS.txt", "108.dat"]
    assert fetched(tmp_path) == RECORDS


@pytest.mark.parametrize("ranges", [True, False])
def test_a_cut_connection_is_continued(get, server, tmp_path, ranges):
    server.cut, server.ranges = "100.dat", ranges
    done = get(DATABASE)
    assert done.returncode == 0, done.stderr
    asked = [r for name, r in server.asked if name == "100.dat"]
    assert len(asked) == 2 and asked[0] is None and re.fullmatch(r"bytes=[1-9]\d*-", asked[1])
    assert fetched(tmp_path) == RECORDS


def test_a_half_file_of_an_earlier_run_is_continued(get, server, tmp_path):
    (tmp_path / "toydb").mkdir()
    (tmp_path / "toydb/100.dat.part").write_bytes(RECORDS["100.dat"][:1000])
    assert get(DATABASE).returncode == 0
    assert ("100.dat", "bytes=1000-") in server.asked
    assert fetched(tmp_path) == RECORDS


def test_a_half_file_of_something_else_does_no_harm(get, tmp_path):
    (tmp_path / "toydb").mkdir()
    (tmp_path / "toydb/100.dat.part").write_bytes(b"z" * 1000)
    (tmp_path / "toydb/100.hea.part").write_bytes(b"z" * 1000)
    assert get(DATABASE).returncode == 0
    assert fetched(tmp_path) == RECORDS


def test_a_file_that_is_not_what_its_checksum_says_is_refused(get, server, tmp_path):
    server.lie = "108.dat"
    done = get(DATABASE)
    assert done.returncode == 65 and "108.dat is not what its checksum says" in done.stderr
    assert "108.dat" not in fetched(tmp_path)


def test_what_the_server_has_not_is_named(get, server):
    del server.files["100.atr"]
    done = get(DATABASE)
    assert done.returncode == 66 and "100.atr: 404" in done.stderr
    assert get("otherdb/2.0.0").returncode == 66
    done = get(f"{DATABASE}:999")
    assert done.returncode == 66 and "no record that matches '999'" in done.stderr


def test_without_a_network_it_says_so_and_leaves_with_69(run_script, tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        done = run_script("fetch.py", DATABASE, "--data", tmp_path, "--from", address)
    assert done.returncode == 69 and "Without a network" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("layout", ["toydb/1.0.0", "toydb"])
def test_a_folder_is_verified_in_the_same_way(get, server, tmp_path, layout):
    mirror = tmp_path / "mirror" / layout
    mirror.mkdir(parents=True)
    for name, data in RECORDS.items():
        (mirror / name).write_bytes(data)
    done = get(DATABASE, source=str(tmp_path / "mirror"))
    assert done.returncode == 66 and "SHA256SUMS.txt" in done.stderr
    (mirror / "SHA256SUMS.txt").write_bytes(server.sums())
    assert get(DATABASE, source=str(tmp_path / "mirror")).returncode == 0
    assert fetched(tmp_path) == RECORDS
    (tmp_path / "toydb/100.dat").unlink()
    (mirror / "100.dat").write_bytes(b"damaged")
    assert get(DATABASE, source=str(tmp_path / "mirror")).returncode == 65


def test_check_needs_no_source(get, run_script, tmp_path):
    get(DATABASE)
    check = ("fetch.py", DATABASE, "--data", tmp_path, "--check")
    assert run_script(*check).returncode == 0
    (tmp_path / "toydb/100.atr").unlink()
    done = run_script(*check)
    assert done.returncode == 65 and "100.atr is missing" in done.stderr


def test_wrong_names_and_folders_are_told(get, run_script, server, tmp_path):
    assert get("mitdb-ds9").returncode == 64
    assert get(f"{DATABASE}:[").returncode == 64
    (tmp_path / "file").write_text("")
    done = run_script("fetch.py", DATABASE, "--data", tmp_path / "file", "--from", server.address)
    assert done.returncode == 73


def test_names_that_leave_the_folder_are_refused():
    import fetch

    for name in ("../100.hea", "/etc/100.hea"):
        with pytest.raises(fetch.Failure):
            fetch.wanted(f"{'0' * 64} {name}", ".*")


def test_the_sets_of_the_default_model_name_their_records():
    import fetch

    names = [f"{n}.hea" for n in [*range(100, 240), *range(800, 895), "bw", "em", "ma", "118e24"]]
    sums = "".join(f"{'0' * 64} {name}\n" for name in names)
    counts = {k: len(fetch.wanted(sums, s.records)) for k, s in fetch.SETS.items()}
    assert counts == {"mitdb-ds1": 22, "svdb-even": 48, "nstdb": 3}

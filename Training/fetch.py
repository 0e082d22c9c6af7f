"""Fetches records of PhysioNet and verifies them against the database's own SHA256SUMS.txt.

    python Training/fetch.py --data data                        # what the default model is trained on
    python Training/fetch.py --data data afdb/1.0.0:0[48].*     # records of any open database
    python Training/fetch.py --data data --from /mnt/physionet  # from a folder, verified the same way
    python Training/fetch.py --data data --check                # verify what is there; no network

Needs Python alone. May be broken off and run again: whole files that verify are kept, half files are
continued. A folder of --from holds the databases as PhysioNet lays them out (mitdb/1.0.0/, or mitdb/),
each with its SHA256SUMS.txt. Leaves with 64 for a wrong name, 65 where a file is not what its checksum
says, 66 where the source has it not, 69 where there is no network, 73 where DATA cannot be written.
"""

import argparse
import hashlib
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PHYSIONET = "https://physionet.org/files"
SUMS = "SHA256SUMS.txt"
ATTEMPTS, TIMEOUT_SECONDS, CHUNK_BYTES = 4, 30, 1 << 16
EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_CANTCREAT = 64, 65, 66, 69, 73
DS1 = "101 106 108 109 112 114 115 116 118 119 122 124 201 203 205 207 208 209 215 220 223 230"


@dataclass(frozen=True)
class Selection:
    """Records of a database, by a regular expression of their names, and the folder they go to."""

    folder: str
    database: str
    records: str


SETS = {
    s.folder: s
    for s in (
        Selection("mitdb-ds1", "mitdb/1.0.0", DS1.replace(" ", "|")),
        Selection("svdb-even", "svdb/1.0.0", r"8\d[02468]"),
        Selection("nstdb", "nstdb/1.0.0", "bw|em|ma"),
    )
}


class Failure(Exception):
    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


def selection(text: str) -> Selection:
    """One of SETS, or DATABASE/VERSION[:REGEX]."""
    if text in SETS:
        return SETS[text]
    match = re.fullmatch(r"([\w.-]+)/(\d[\w.]*)(?::(.+))?", text)
    if not match:
        names = ", ".join(SETS)
        raise Failure(EX_USAGE, f"'{text}' is none of {names} and no DATABASE/VERSION[:RECORDS]")
    try:
        re.compile(match[3] or "")
    except re.error as error:
        raise Failure(EX_USAGE, f"'{match[3]}' is no regular expression: {error}") from error
    return Selection(match[1], f"{match[1]}/{match[2]}", match[3] or ".*")


def wanted(sums: str, records: str) -> dict[str, str]:
    """The checksum of every file of the records that match: name -> SHA-256."""
    result = {}
    for line in sums.splitlines():
        digest, _, name = line.strip().partition(" ")
        name = name.strip().removeprefix("*").removeprefix("./")
        path = PurePosixPath(name)
        if not re.fullmatch(r"[0-9a-f]{64}", digest) or path.is_absolute() or ".." in path.parts:
            raise Failure(EX_DATAERR, f"{SUMS}: no checksum and name: {line[:80]!r}")
        # A name may match with its folder or, as records are usually called, without.
        stems = (name.split(".")[0], path.name.split(".")[0])
        if path.suffix and any(re.fullmatch(records, stem) for stem in stems):
            result[name] = digest
    if not any(name.endswith(".hea") for name in result):
        raise Failure(EX_NOINPUT, f"{SUMS} lists no record that matches '{records}'")
    return result


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def base_urls(source: str, chosen: Selection) -> list[str]:
    """Where the database may lie in a source."""
    if "://" in source:
        return [f"{source.rstrip('/')}/{chosen.database}/"]
    root = Path(source).resolve()
    folders = (chosen.database, chosen.database.split("/")[0], chosen.folder)
    return [f"{(root / folder).as_uri()}/" for folder in folders]


def read(url: str, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Pieces of a resource with their offsets, from `start` on where the server can do that."""
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        offset = start if response.status == 206 else 0
        expected = response.headers.get("Content-Length")
        end = offset + int(expected) if expected else None
        while chunk := response.read(CHUNK_BYTES):
            yield offset, chunk
            offset += len(chunk)
        if end is not None and offset < end:
            raise ConnectionError(f"the connection ended at byte {offset} of {end}")


def download(url: str, target: Path) -> None:
    """The resource as `target`; goes on with a half file and tries again where the network fails."""
    half = target.with_name(target.name + ".part")
    for attempt in range(ATTEMPTS):
        try:
            start = half.stat().st_size if half.exists() else 0
            with half.open("r+b" if start else "wb") as file:
                for offset, chunk in read(url, start):
                    file.seek(offset)
                    file.write(chunk)
                file.truncate()
            half.replace(target)
            return
        except urllib.error.HTTPError as error:
            if error.code == 416:  # The half file is longer than the whole one.
                half.unlink()
            elif error.code < 500 and error.code != 429:
                raise Failure(EX_NOINPUT, f"{url}: {error.code} {error.reason}") from error
            problem: Exception = error
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            if url.startswith("file:"):
                where = url.removeprefix("file://")
                hint = "; a folder of records without it is used as it is: make beats DATA=FOLDER"
                raise Failure(
                    EX_NOINPUT, f"{where}: no such file" + (hint if where.endswith(SUMS) else "")
                ) from error
            problem = error
        if attempt + 1 < ATTEMPTS:
            time.sleep(0.3 * 3**attempt)
    reason = getattr(problem, "reason", None) or problem
    raise Failure(
        EX_UNAVAILABLE,
        f"{url}: {reason}. Without a network, copy the database here from a machine that has one, with "
        f"its {SUMS}, and give its folder as --from.",
    )


def fetch_sums(source: str, chosen: Selection, folder: Path) -> str:
    """Writes the database's SHA256SUMS.txt into `folder`; returns the address of the database."""
    urls = base_urls(source, chosen)
    for url in urls:
        try:
            download(url + SUMS, folder / SUMS)
            return url
        except Failure as failure:
            if failure.status != EX_NOINPUT or url == urls[-1]:
                raise
    raise AssertionError


def fetch(chosen: Selection, data: Path, source: str | None) -> None:
    """Brings `data/folder` in order; without a source only verifies."""
    folder = data / chosen.folder
    if source:
        folder.mkdir(parents=True, exist_ok=True)
        url = fetch_sums(source, chosen, folder)
    if not (folder / SUMS).exists():
        raise Failure(EX_NOINPUT, f"{folder / SUMS}: none there to verify the records with")
    files = wanted((folder / SUMS).read_text(), chosen.records)
    for number, (name, digest) in enumerate(files.items(), 1):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        good = target.exists() and sha256(target) == digest
        for _ in range(2 if source and not good else 0):
            download(url + name, target)
            if good := sha256(target) == digest:
                break
            target.unlink()
        if not good:
            what = "is not what its checksum says" if source or target.exists() else "is missing"
            raise Failure(EX_DATAERR, f"{target} {what}")
        if sys.stderr.isatty():
            print(f"{chosen.folder}: {number}/{len(files)} files", end="\r", file=sys.stderr, flush=True)
    print(f"{folder}: {len(files)} files, all as their checksums say", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", nargs="*", default=list(SETS), help="a set, or DATABASE/VERSION[:RECORDS]")
    parser.add_argument("--data", type=Path, required=True, help="the folder to fill")
    parser.add_argument("--from", dest="source", default=PHYSIONET, help="a folder, or another address")
    parser.add_argument("--check", action="store_true", help="only verify what is there")
    options = parser.parse_args()
    try:
        for text in options.what:
            fetch(selection(text), options.data, None if options.check else options.source)
    except Failure as failure:
        print(f"fetch: {failure}", file=sys.stderr)
        sys.exit(failure.status)
    except OSError as error:
        print(f"fetch: {error}", file=sys.stderr)
        sys.exit(EX_CANTCREAT)
    except KeyboardInterrupt:
        sys.exit("\nfetch: broken off; run it again to go on")


if __name__ == "__main__":
    main()

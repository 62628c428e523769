"""What an envelope costs from its upload to the sealed and verified file.

library: CPU of every step of the PDF work, beside the physical limit (hash the base once and the
whole file once, eleven P-256 signatures made and checked) and beside the same chain with pyHanko.
storage: bytes that one of 2,000 envelopes from the same base adds to the file store.
server: wall time as the last signer and the sender see it, through a running `countersign serve`.
"""

import base64
import io
import math
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image, ImageDraw

from bench import chain, pyhanko_chain, uploads
from bench.chain import ONCE, Steps, World
from bench.report import Row, publish
from bench.servers import DATABASES, Bench, Client, started
from bench.storage import stored_by
from countersign import pdf

CASES: dict[str, Callable[[], bytes]] = {
    "50 KB": lambda: uploads.of_size(50 << 10),
    "1 MB": lambda: uploads.of_size(1 << 20),
    "10 MB": lambda: uploads.of_size(10 << 20),
    "1000 pages": lambda: uploads.of_pages(1000),
}
SIGNATURES = 11  # certification, two acts with a certificate each, seal; five timestamps
SHARED = 2000  # envelopes from one base
SIGNED_THROUGH_SERVER = 30
PATIENCE = 30.0  # seconds for one envelope
ECDSA = ec.ECDSA(hashes.SHA256())

Walk = Callable[[World, bytes, Path], Steps]
RIVALS: dict[str, tuple[Walk, int, float]] = {  # at least so many rounds, and about so many seconds
    "countersign": (chain.walk, 5, 4.0),
    "pyHanko, tuned": (pyhanko_chain.walk, 3, 3.0),
}


# ------------------------------------------------------------------ library


def library(case: str, upload: bytes, folder: Path) -> Iterator[Row]:
    world, path = World(folder), folder / "file.pdf"
    costs = {}
    for who, (walk, rounds, budget) in RIVALS.items():
        costs[who] = _medians(partial(walk, world, upload, path), rounds, budget)
        if who == "countersign":
            floor = _limit_ms(path)
    row = {"case": case, "bytes": len(upload)}
    yield row | {"who": "limit", "step": "all", "cpu_ms": round(floor, 3), "ratio": 1.0}
    for who, steps in costs.items():
        for step, cpu_ms in steps.items():
            ratio = round(cpu_ms / floor, 1)
            yield row | {"who": who, "step": step, "cpu_ms": round(cpu_ms, 3), "ratio": ratio}


def _medians(walk: Callable[[], Steps], rounds: int, budget: float) -> dict[str, float]:
    """By step, and of all together; the first round warms up."""
    walk()
    found: list[dict[str, float]] = []
    ends_at = time.monotonic() + budget
    while len(found) < rounds or time.monotonic() < ends_at:
        found.append(_with_sums(walk().cpu_ms))
    return {step: statistics.median(each[step] for each in found) for step in found[0]}


def _with_sums(steps: dict[str, float]) -> dict[str, float]:
    later = sum(cpu_ms for step, cpu_ms in steps.items() if step not in ONCE)
    return {**steps, "all": sum(steps.values()), "all but " + " and ".join(ONCE): later}


def _limit_ms(path: Path) -> float:
    """The sealed file stands for the base too: they differ by some KB."""
    key = ec.generate_private_key(ec.SECP256R1())
    times = []
    for _ in range(9):
        before = time.process_time_ns()
        for _ in ("base", "whole file"):
            pdf.digest_of(chain.blocks(path))
        for _ in range(SIGNATURES):
            signature = key.sign(b"attributes", ECDSA)
            key.public_key().verify(signature, b"attributes", ECDSA)
        times.append((time.process_time_ns() - before) / 1e6)
    return statistics.median(times)


# ------------------------------------------------------------------ storage


def storage(upload: bytes, folder: Path) -> Row:
    content, disk = stored_by(SHARED, upload, folder)
    return {
        "case": f"{SHARED} from one base",
        "bytes": len(upload),
        "who": "countersign",
        "step": "files of one envelope",
        "stored_kb": round(content / SHARED / 1024, 1),
        "on_disk_kb": round(disk / SHARED / 1024, 1),
    }


# ------------------------------------------------------------------ server

Ask = Callable[[str], list[tuple[object, ...]]]
COMPLETED = "SELECT 1 FROM envelopes WHERE id = '{}' AND status = 'completed'"
FAILED = "SELECT failure FROM envelopes WHERE id = '{}' AND status = 'failed'"
AUDITED = "SELECT 1 FROM documents WHERE envelope_id = '{}' AND is_audit"


def through_server(database: str, folder: Path) -> Iterator[Row]:
    with started(folder, database, "--sandbox") as bench, closing(bench.client()) as client:
        ask = _asking(bench)
        for case, make in CASES.items():
            print(f"{case} through the server on {database} …", file=sys.stderr)
            upload = make()
            _signed(client, upload, ask)  # prepares the base, warms up
            taken = [_signed(client, upload, ask) for _ in range(SIGNED_THROUGH_SERVER)]
            for step in taken[0]:
                times = sorted(each[step] for each in taken)
                yield {
                    "case": f"{case}, {database}",
                    "bytes": len(upload),
                    "who": "countersign",
                    "step": step,
                    "p50_ms": round(statistics.median(times), 1),
                    "p90_ms": round(times[math.ceil(0.9 * len(times)) - 1], 1),
                }


def _signed(client: Client, upload: bytes, ask: Ask) -> dict[str, float]:
    """Milliseconds since the last signer's `complete` call was sent, by what had happened."""
    submission = client.create(upload)
    first, last = (each["signatureLink"] for each in submission["submitters"])
    client.complete(first, TYPED)
    taken = {}
    began = time.perf_counter()
    client.complete(last, DRAWN)
    taken["last complete call"] = (time.perf_counter() - began) * 1000
    for step, question in (
        ("sealed and verified", COMPLETED),
        ("audit document made", AUDITED),
    ):
        _wait(ask, question, submission["uuid"])
        taken[step] = (time.perf_counter() - began) * 1000
    return taken


def _wait(ask: Ask, question: str, uuid: str) -> None:
    """Looks every millisecond, past the server: calls would cost it time."""
    ends_at = time.monotonic() + PATIENCE
    while not ask(question.format(uuid)):
        if time.monotonic() > ends_at:
            raise TimeoutError(f"{uuid}: {ask(FAILED.format(uuid))}")
        time.sleep(0.001)


def _asking(bench: Bench) -> Ask:
    """Reads the server's own database."""
    url = bench.server.environment.get("COUNTERSIGN_DATABASE_URL")
    if url:
        connection = psycopg.connect(url, autocommit=True)
        return lambda query: connection.execute(query).fetchall()
    path = bench.server.data / "countersign.db"
    file = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    return lambda query: file.execute(query).fetchall()


def _drawing() -> str:
    """A signature as the signing page sends it: some strokes in a PNG of phone size."""
    image = Image.new("RGBA", (700, 240))
    points = [(50 + 6 * x, 120 + 80 * math.sin(x / 5) * math.cos(x / 17)) for x in range(100)]
    ImageDraw.Draw(image).line(points, fill=(10, 20, 80, 255), width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


TYPED = {"method": "typed", "consent": True, "signature": {"text": "Asa Öberg"}}
DRAWN = {"method": "drawn", "consent": True, "signature": {"image": _drawing()}}


def main() -> None:
    rows: list[Row] = []
    for case, make in CASES.items():
        print(f"{case} …", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            rows += library(case, make(), Path(folder))
    print(f"{SHARED} envelopes from one base …", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        rows.append(storage(CASES["50 KB"](), Path(folder)))
    for database in DATABASES:
        with tempfile.TemporaryDirectory() as folder:
            rows += through_server(database, Path(folder))
    publish("envelope", rows)


if __name__ == "__main__":
    main()

"""What one signer's act costs, beside the physical limit and beside pyHanko.

limit: read the file once for its SHA-256, and make one P-256 signature. act: read and hash the file
in chunks, fill seven evidence fields and a checkbox, draw and sign with a timestamp of the local
authority, append. Memory is the growth of the resident set at its peak, in a process of its own.
"""

import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from itertools import count
from pathlib import Path

from bench import pyhanko_act, uploads
from bench.report import Row, publish
from countersign import pdf
from countersign.adapters.keys.local import LocalKeys, open_local_keys
from countersign.adapters.keys.material import KeyMaterial, Person

_CHUNK = 64 * 1024
_LAYOUT = pdf.Layout(
    (
        pdf.Slot(
            (
                pdf.Field("signature", "signature", 0, 0.1, 0.75, 0.3, 0.08),
                pdf.Field("agree", "checkbox", 0, 0.1, 0.7, 0.02, 0.015),
            )
        ),
        pdf.Slot(),
    )
)
_numbers = count()


@dataclass
class Scene:
    """A certified file that waits for its first signer."""

    path: Path
    state: pdf.BaseState
    chain: pdf.ChainState
    keys: LocalKeys
    timestamper: pdf.LocalTimestamper

    def person(self) -> Person:
        number = next(_numbers)
        return Person(f"Åsa Öberg {number}", f"asa{number}@example.test")

    def key(self) -> pdf.Signer:
        return _signer(self.keys.issue(self.person(), _now()))

    def values(self) -> pdf.ActValues:
        """Different in every act, but for what one service shows to all of its signers."""
        number = next(_numbers)
        return pdf.ActValues(
            name=f"Åsa Öberg {number}",
            contact=f"asa{number}@example.test",
            identified_by=f"BankID (Sweden) {number:012d}",
            method="Click",
            ip=f"192.0.{number // 250 % 250}.{number % 250}",
            consent="I have read the document and agree to sign it electronically.",
            fields={"agree": True},
        )


def _now() -> datetime:
    return datetime.now(UTC)


def _signer(material: KeyMaterial) -> pdf.Signer:
    return pdf.Signer(material.key, material.certificate, material.chain)


def _chunks(file: FileIO) -> Iterator[memoryview]:
    buffer = bytearray(_CHUNK)
    while size := file.readinto(buffer):
        yield memoryview(buffer)[:size]


def scene(folder: Path, upload: bytes) -> Scene:
    keys = open_local_keys(folder / "keys", "https://sign.example.test", _now())
    timestamper = pdf.LocalTimestamper(_signer(keys.platform("timestamp", _now())), _now)
    made = pdf.prepare(upload, _LAYOUT)
    certified = pdf.certify(
        made.state,
        pdf.digest_of([made.data]),
        _signer(keys.platform("certification", _now())),
        timestamper,
        pdf.EnvelopeValues("8d0c3c1e-2f0c-4b5e-9d2a-6f9f8f0f4b11", "Contract.pdf"),
        _now(),
    )
    path = folder / "file.pdf"
    path.write_bytes(made.data + certified.segment)
    (folder / "state.json").write_text(made.state.to_json())
    (folder / "chain.json").write_text(certified.chain.to_json())
    return Scene(path, made.state, certified.chain, keys, timestamper)


def load_scene(folder: Path) -> Scene:
    keys = open_local_keys(folder / "keys", "https://sign.example.test", _now())
    timestamper = pdf.LocalTimestamper(_signer(keys.platform("timestamp", _now())), _now)
    state = pdf.BaseState.from_json((folder / "state.json").read_text())
    chain = pdf.ChainState.from_json((folder / "chain.json").read_text())
    return Scene(folder / "file.pdf", state, chain, keys, timestamper)


# ------------------------------------------------------------------ the contenders


def limit(scene: Scene, key: pdf.Signer, _: pdf.ActValues) -> None:
    with scene.path.open("rb", buffering=0) as file:
        digest = pdf.digest_of(_chunks(file))  # type: ignore[arg-type]
    key.sign(digest.digest())


def our_act(scene: Scene, key: pdf.Signer, values: pdf.ActValues) -> None:
    with scene.path.open("r+b", buffering=0) as file:
        digest = pdf.digest_of(_chunks(file))  # type: ignore[arg-type]
        state, chain, clock = scene.state, scene.chain, scene.timestamper
        revision = pdf.act(state, chain, digest, 0, values, key, clock, _now())
        file.write(revision.segment)


def our_act_with_key(scene: Scene, _: pdf.Signer, values: pdf.ActValues) -> None:
    our_act(scene, scene.key(), values)


def pyhanko(scene: Scene, key: pdf.Signer, values: pdf.ActValues) -> None:
    shown = {
        "name": values.name,
        "contact": values.contact,
        "identified": values.identified_by,
        "method": values.method,
        "time": "2026-11-20 12:00:00 UTC",
        "ip": values.ip,
        "consent": values.consent,
    }
    timestamper = pyhanko_act.Timestamper(scene.timestamper)
    with scene.path.open("r+b") as file:
        pyhanko_act.act(file, "s0001_", shown, key, timestamper)


Contender = Callable[[Scene, pdf.Signer, pdf.ActValues], None]
CONTENDERS: dict[tuple[str, str], Contender] = {
    ("limit", "hash + sign"): limit,
    ("countersign", "act"): our_act,
    ("countersign", "act + key and certificate"): our_act_with_key,
    ("pyHanko, tuned", "act"): pyhanko,
}


# ------------------------------------------------------------------ measuring


def cpu_ms(scene: Scene, budget: float) -> dict[tuple[str, str], float]:
    """Median CPU milliseconds per contender, over about `budget` seconds for all.

    They take turns in blocks: a busy machine slows all alike, and none finds the processor's
    caches filled by another one's code.
    """
    times: dict[tuple[str, str], list[float]] = {who: [] for who in CONTENDERS}
    started, blocks = time.monotonic(), 0
    while blocks < 2 or time.monotonic() - started < budget:
        blocks += 1
        for who, contender in CONTENDERS.items():
            gc.collect()
            # As a server does once it has started: what lives for ever is not searched again
            gc.freeze()
            times[who] += _block(scene, contender)
    return {who: statistics.median(taken) for who, taken in times.items()}


def _block(scene: Scene, contender: Contender) -> list[float]:
    """The first calls of a block bring code and data back into the caches and do not count."""
    times = []
    spent = 0.0
    while len(times) < 6 or (len(times) < 200 and spent < 400):
        key, values = scene.key(), scene.values()
        before = time.process_time_ns()
        contender(scene, key, values)
        times.append((time.process_time_ns() - before) / 1e6)
        spent += times[-1]
        _reset(scene)
    return times[len(times) // 5 :]


def _reset(scene: Scene) -> None:
    with scene.path.open("r+b") as file:
        file.truncate(scene.chain.length)


def extra_memory(folder: Path, contender: tuple[str, str]) -> dict[str, int]:
    """What one call adds at its peak, in KB, in a process that has made one act on a small file
    before: `rss_kb` growth of the resident set, `python_kb` what Python's allocator handed out
    meanwhile."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.act", "--memory", str(folder), *contender],
        capture_output=True,
        text=True,
        check=True,
    )
    figures: dict[str, int] = json.loads(done.stdout)
    return figures


def _memory_of_one_call(folder: Path, contender: tuple[str, str]) -> None:
    small = scene(Path(tempfile.mkdtemp()), uploads.of_pages(1))
    CONTENDERS[contender](small, small.key(), small.values())
    loaded = load_scene(folder)
    resident = _resident_growth_kb(loaded, contender)
    tracemalloc.start()
    CONTENDERS[contender](loaded, loaded.key(), loaded.values())
    python = tracemalloc.get_traced_memory()[1] // 1024
    _reset(loaded)
    print(json.dumps({"rss_kb": resident, "python_kb": python}))


def _resident_growth_kb(scene: Scene, contender: tuple[str, str]) -> int:
    key, values = scene.key(), scene.values()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    before = _status_kb("VmRSS")
    CONTENDERS[contender](scene, key, values)
    growth = _status_kb("VmHWM") - before
    _reset(scene)
    return max(0, growth)


def _status_kb(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def measure(case: str, upload: bytes) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        prepared = scene(Path(name), upload)
        cpu = cpu_ms(prepared, budget=8.0)
        floor = cpu["limit", "hash + sign"]
        return [
            {
                "case": case,
                "bytes": prepared.chain.length,
                "who": who,
                "step": step,
                "cpu_ms": round(cpu[who, step], 4),
                "ratio": round(cpu[who, step] / floor, 2),
                **extra_memory(Path(name), (who, step)),
            }
            for who, step in CONTENDERS
        ]


def main() -> None:
    rows: list[Row] = []
    for case, size in uploads.CASES.items():
        print(f"{case} …", file=sys.stderr)
        rows += measure(case, uploads.of_size(size))
    print("1000 pages …", file=sys.stderr)
    rows += measure("1000 pages", uploads.of_pages(1000))
    publish("act", rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--memory"]:
        _memory_of_one_call(Path(sys.argv[2]), (sys.argv[3], sys.argv[4]))
    else:
        main()

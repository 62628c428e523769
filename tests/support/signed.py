"""What strangers' programs say of a signed file: poppler's pdfsig, and pyHanko by `verify`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.support.tools import require_tool

PLATFORM = 2  # certification and seal; pdfsig does not judge document timestamps


def assert_intact(path: Path, names: Iterable[str]) -> None:
    """pdfsig finds one signature of each person, the platform's two, all of them valid."""
    done = subprocess.run(
        [require_tool("pdfsig"), "-nocert", str(path)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    people = Counter(names)
    signed = Counter(re.findall(r"Signer Certificate Common Name: (.*)", done.stdout))
    assert {name: signed[name] for name in people} == people, done.stdout
    total = people.total() + PLATFORM
    assert done.stdout.count("Signature Validation: Signature is Valid.") == total, done.stdout


def assert_verified(path: Path, names: Iterable[str], data: Path) -> None:
    """`countersign verify`, which asks pyHanko, with the root of the installation in `data`."""
    report = verified(path, data)
    assert report["verdict"] == "valid", report
    signers = [one["who"] for one in report["signatures"] if one["kind"] == "signature"]
    assert sorted(signers) == sorted(names), report
    assert [one["kind"] for one in report["signatures"]].count("seal") == 1, report


def verified(path: Path, data: Path) -> Any:
    command = [sys.executable, "-m", "countersign", "verify", str(path), "--json"]
    done = subprocess.run(
        [*command, "--data", str(data)], capture_output=True, text=True, check=True, timeout=120
    )
    return json.loads(done.stdout)

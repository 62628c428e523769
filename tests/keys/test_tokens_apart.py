"""Tests that load the module of a token run in a process of their own: it brings an OpenSSL of its
own along, and whatever it breaks must not break the tests of something else."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import APART

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parents[1]


def test_everything_about_tokens_passes_in_a_process_of_its_own() -> None:
    files = sorted(str(path) for path in TESTS.rglob("*.py") if path.name in APART)
    assert len(files) == len(APART)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", *files]
    done = subprocess.run(
        command, cwd=TESTS.parent, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert not re.search(r"\b[1-9]\d* (failed|error)", done.stdout)

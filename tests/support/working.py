"""`countersign work`: a worker without a web server, as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.processes import stopped_at_exit
from tests.support.server import RunningServer


@contextmanager
def working(server: RunningServer) -> Iterator[subprocess.Popen[str]]:
    """Runs beside `server`, on the same data and settings, until the block is left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "countersign", "work", "--data", str(server.data)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=server.environment,
    )  # fmt: skip
    assert process.stdout is not None
    with process.stdout, stopped_at_exit(process):
        assert process.stdout.readline() == "Countersign is working\n"
        yield process

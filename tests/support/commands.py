"""Gives `countersign` commands as a shell would, and soon: see `forking.py`."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from select import select

ROOT = Path(__file__).parents[2]
Ran = subprocess.CompletedProcess[str]


def command(
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    check: bool,
    patience: float = 120,
) -> Ran:
    """One command in a process of its own, with the environment of the caller unless another is
    given. Raises CalledProcessError where `check` says so, TimeoutExpired after `patience`
    seconds."""
    asked = {
        "arguments": arguments,
        "environment": dict(os.environ if environment is None else environment),
        "folder": os.getcwd(),
    }
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        code = _exit_code(asked, (output.fileno(), errors.fileno()), patience)
        said = []
        for file in (output, errors):
            file.seek(0)
            said.append(file.read().decode().replace("\r\n", "\n"))
    ran = Ran(["countersign", *arguments], code, *said)
    if check:
        ran.check_returncode()
    return ran


def _exit_code(asked: object, output: Sequence[int], patience: float) -> int:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb", buffering=0) as report:  # `select` sees no buffer
        try:
            socket.send_fds(_door(), [json.dumps(asked).encode()], [*output, writer])
        finally:
            os.close(writer)
        process = int(report.readline())
        if not select([report], [], [], patience)[0]:
            os.kill(process, signal.SIGKILL)
            raise subprocess.TimeoutExpired(str(asked), patience)
        return int(report.readline())


@cache
def _door() -> socket.socket:
    """To the process that forks; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forking", str(theirs.fileno())],
            cwd=ROOT, pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    atexit.register(process.wait, 30)
    atexit.register(ours.close)  # called first
    return ours

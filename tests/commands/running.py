"""Runs the `countersign` command as a shell would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

Ran = subprocess.CompletedProcess[str]


def countersign(*arguments: str | Path, **settings: str) -> Ran:
    """`settings` become COUNTERSIGN_… variables; those of the caller are not passed on."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("COUNTERSIGN_")}
    given = {f"COUNTERSIGN_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "countersign", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env=inherited | given, timeout=120, check=False
    )


def assert_refused(ran: Ran, text: str) -> None:
    """Exit code 2 and one plain sentence: no traceback, nothing on standard output."""
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("countersign: "), ran.stderr
    assert text in ran.stderr, ran.stderr
    assert "Traceback" not in ran.stderr

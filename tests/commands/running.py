"""Runs the `countersign` command as a shell would."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.commands import Ran, command

__all__ = ["Ran", "assert_refused", "countersign"]


def countersign(*arguments: str | Path, **settings: str) -> Ran:
    """`settings` become COUNTERSIGN_… variables; those of the caller are not passed on."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("COUNTERSIGN_")}
    given = {f"COUNTERSIGN_{name}": value for name, value in settings.items()}
    return command(*map(str, arguments), environment=inherited | given, check=False)


def assert_refused(ran: Ran, text: str) -> None:
    """Exit code 2 and one plain sentence: no traceback, nothing on standard output."""
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("countersign: "), ran.stderr
    assert text in ran.stderr, ran.stderr
    assert "Traceback" not in ran.stderr

"""Ports that end the process at a chosen moment, as `kill -9` or a power cut would.

Everything that happens between `complete` and `completed` goes through a port: a file is stored, a
transaction is committed, a webhook is called. So the moment before and after each of these calls
are all the moments that can differ, and counting calls walks every one of them.
"""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from typing import Any

from countersign.usecases.ports import Ports

DEADLY = {"put", "commit", "send", "certify", "act", "seal", "verify", "audit"}


class Fuse:
    """Burns one step before and one after every call; at `last` the process is gone."""

    def __init__(self, last: int | None) -> None:
        self.last, self.burnt = last, 0
        self.names: list[str] = []

    def burn(self, name: str) -> None:
        if self.burnt == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        self.burnt += 1
        self.names.append(name)


class Dying:
    """Stands before a port and passes everything on."""

    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner, self._fuse = inner, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in DEADLY:
            return found

        def watched(*arguments: Any, **named: Any) -> Any:
            self._fuse.burn(f"before {name}")
            result = found(*arguments, **named)
            self._fuse.burn(f"after {name}")
            return result

        return watched

    def __enter__(self) -> Dying:
        self._inner.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        self._inner.__exit__(*reason)


def dying_ports(ports: Ports, fuse: Fuse) -> Ports:
    """The same ports behind a fuse. The engine stores its segments through its own file port, so
    the moments around each step of the chain are watched at the engine."""
    return replace(
        ports,
        unit_of_work=lambda: Dying(ports.unit_of_work(), fuse),  # type: ignore[arg-type,return-value]
        files=Dying(ports.files, fuse),  # type: ignore[arg-type]
        engine=Dying(ports.engine, fuse),  # type: ignore[arg-type]
        mailer=Dying(ports.mailer, fuse),  # type: ignore[arg-type]
        webhooks=Dying(ports.webhooks, fuse),  # type: ignore[arg-type]
    )

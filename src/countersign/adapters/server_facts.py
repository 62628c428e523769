"""What whoever looks after the installation must know of it: room, certificates, timestamps,
versions."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from countersign.adapters.keys.local import AUTHORITIES, ROLES, LocalKeys
from countersign.usecases.ports import Clock
from countersign.usecases.server_port import ServerFact, ServerFacts

SOON = timedelta(days=60)
LITTLE, HARDLY = 0.10, 0.03  # of the disk is free
GB = 1 << 30


def server_facts(
    data: Path, keys: LocalKeys, tsa_urls: Sequence[str], database: str, clock: Clock
) -> ServerFacts:
    """In the order in which they are shown."""
    return lambda: [
        _disk(data),
        *_certificates(keys, clock()),
        ServerFact("Timestamps", ", ".join(map(_host, tsa_urls)) or "by this server itself"),
        ServerFact("Database", database),
        ServerFact("Version", f"Countersign {version('countersign')}"),
        ServerFact("Python", platform.python_version()),
    ]


def free_share(data: Path) -> float:
    """Of the disk that `data` is on, from 0 to 1."""
    usage = shutil.disk_usage(data)
    return usage.free / usage.total


def _host(url: str) -> str:
    """Without the password that may be in it."""
    return urlsplit(url).hostname or ""


def _disk(data: Path) -> ServerFact:
    usage = shutil.disk_usage(data)
    share = usage.free / usage.total
    state = "bad" if share < HARDLY else "fair" if share < LITTLE else "good"
    text = f"{usage.free / GB:.1f} GB free of {usage.total / GB:.1f} GB"
    return ServerFact("Disk", text, state)


def _certificates(keys: LocalKeys, now: datetime) -> Iterator[ServerFact]:
    """Those of the platform are renewed by themselves; those of the authorities are not."""
    for name in AUTHORITIES:
        yield _certificate(f"Certificate of the {name} authority", keys.certificate(name), now)
    for role in ROLES:
        yield _certificate(f"Certificate for {role}", keys.certificates(role)[-1], now)


def _certificate(name: str, der: bytes, now: datetime) -> ServerFact:
    ends = x509.load_der_x509_certificate(der).not_valid_after_utc
    state = "bad" if ends <= now else "fair" if ends <= now + SOON else "good"
    return ServerFact(name, f"until {ends:%Y-%m-%d}", state)

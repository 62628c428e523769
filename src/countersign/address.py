"""What every link starts with: the public address of the settings, or where `serve` listens."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from countersign.settings import Settings

DEFAULT = "http://127.0.0.1:8080"
# That people can't follow: all addresses of this machine
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def listening(settings: Settings, host: str, port: int) -> Settings:
    """For the server itself."""
    if settings.public_url:
        return settings
    host = LOOPBACK.get(host, host)
    name = f"[{host}]" if ":" in host else host
    return replace(settings, public_url=f"http://{name}:{port}")


def known(settings: Settings) -> Settings:
    """For commands beside it: the address under which the installation was last served."""
    if settings.public_url:
        return settings
    address = ""
    with suppress(OSError):
        address = _note(settings).read_text().strip()
    return replace(settings, public_url=address or DEFAULT)


def remember(settings: Settings) -> None:
    """The data directory may be read-only: then commands have to be told."""
    with suppress(OSError):
        _note(settings).write_text(settings.public_url + "\n")


def _note(settings: Settings) -> Path:
    return settings.data / "address"

"""One process that holds LibreOffice, seen from outside: started, asked, and ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parent / "resident"
USUAL_PLACES = ("usr/lib/libreoffice", "usr/lib64/libreoffice", "opt/libreoffice*")
LIBRARIES = ("libsofficeapp.so", "libmergedlo.so")


class OfficeUnusable(Exception):
    """LibreOffice does not start; the text says why."""


class NoOffice(OfficeUnusable):
    """LibreOffice is not there."""


class Died(Exception):
    """The process ended before it answered."""


class TookTooLong(Exception):
    """The process did not answer in time, and has been ended."""


def find_office(soffice: str = "") -> Path:
    """The folder of LibreOffice's programs: that of `soffice` if it is given, else that of the one
    on the path or in a usual place. Raises NoOffice."""
    for place in _places(soffice or shutil.which("soffice")):
        if any((place / library).exists() for library in LIBRARIES):
            return place
    raise NoOffice(f"there is no LibreOffice at {soffice}" if soffice else "not installed")


def _places(given: str | None) -> list[Path]:
    if given:
        return [Path(given).resolve().parent]
    return [place / "program" for usual in USUAL_PLACES for place in sorted(Path("/").glob(usual))]


class OfficeProcess:
    """Starting takes about a second, which `ready` waits for. Its folder, with its profile, is its
    own and goes with it. One conversion at a time."""

    def __init__(self, program: Path, *, memory_bytes: int, pdf_bytes: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="countersign-office-"))
        self._unread = b""
        self.confined: tuple[str, ...] | None = None
        self.conversions = 0
        self.resident_bytes = 0
        self.failed = False
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(PROGRAM)),
                *(str(program), str(self._folder), str(memory_bytes), str(pdf_bytes)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=self._environment(),
            start_new_session=True,
        )

    def _environment(self) -> dict[str, str]:
        """Nothing of the server's own: settings may be secrets."""
        own = str(self._folder)
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": own,
            "TMPDIR": own,
            "XDG_CACHE_HOME": own,
            "LANG": "C.UTF-8",
            "SAL_USE_VCLPLUGIN": "svp",  # draws without a display
            "SAL_LOK_OPTIONS": "unipoll",  # one thread, see kit.py
        }

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ready(self, seconds: float) -> tuple[str, ...]:
        """What confines it, once it can convert. Raises OfficeUnusable and TookTooLong."""
        if self.confined is None:
            try:
                said = self._answer(time.monotonic() + seconds)
            except Died:
                raise OfficeUnusable("LibreOffice ends when it is started") from None
            if not said["ready"]:
                raise OfficeUnusable(str(said["why"]))
            self.confined = tuple(said["confined"])
        return self.confined

    def convert(self, data: bytes, seconds: float) -> bytes | None:
        """The PDF, or None when LibreOffice can make none of it. Raises Died and TookTooLong; then
        the process is of no use any more."""
        source, target = self._folder / "document.docx", self._folder / "document.pdf"
        source.write_bytes(data)
        try:
            self._ask({"source": source.name, "target": target.name})
            said = self._answer(time.monotonic() + seconds)
            self.conversions += 1
            self.resident_bytes = said["resident_bytes"]
            self.failed = not said["done"]
            return target.read_bytes() if said["done"] else None
        finally:
            source.unlink(missing_ok=True)
            target.unlink(missing_ok=True)

    def kill(self) -> None:
        """At once, with whatever it started; who waits for an answer gets Died."""
        with contextlib.suppress(ProcessLookupError):
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kills it and removes what it had. May be called twice, but not while it is asked."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask(self, what: Mapping[str, str]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(what).encode() + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError):
            raise self._dead() from None

    def _dead(self) -> Died:
        """The kernel may take a while to end a process whose pipes are closed already."""
        self.failed = True
        return Died()

    def _answer(self, until: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        while b"\n" not in self._unread:
            try:
                readable = self._wait(self._process.stdout.fileno(), until)
                block = os.read(self._process.stdout.fileno(), 65536) if readable else b""
            except (OSError, ValueError):
                raise self._dead() from None
            if not readable:
                self.end()
                raise TookTooLong
            if not block:
                raise self._dead()
            self._unread += block
        line, _, self._unread = self._unread.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _wait(self, file: int, until: float) -> bool:
        poll = select.poll()
        poll.register(file, select.POLLIN)
        return bool(poll.poll(max(0.0, until - time.monotonic()) * 1000))

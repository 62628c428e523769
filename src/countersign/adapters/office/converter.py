"""The `Converter` port: a few processes that hold LibreOffice, and a queue before them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Condition

import structlog

from countersign.adapters.office.docx_files import DocxFiles
from countersign.adapters.office.process import (
    Died,
    NoOffice,
    OfficeProcess,
    OfficeUnusable,
    TookTooLong,
)
from countersign.domain.errors import DomainError, Unavailable, UnusableFile
from countersign.turns import waiting

SERVICE = "document converter"
MATH = "libsmlo.so"
LEAVE_SECONDS = 5.0
HINT = "DOCX files cannot be converted here: LibreOffice is not installed"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`seconds` for one document, `start_seconds` for LibreOffice; `waiting` documents in the queue
    at most, for at most `queue_seconds`. A process is replaced after `conversions`, and when it
    stays larger than `resident_bytes`; it never gets more than `memory_bytes` of address space."""

    processes: int = 2
    seconds: float = 90.0
    start_seconds: float = 60.0
    waiting: int = 32
    queue_seconds: float = 90.0
    conversions: int = 200
    memory_bytes: int = 1536 << 20
    resident_bytes: int = 600 << 20
    pdf_bytes: int = 200 << 20

    def __post_init__(self) -> None:
        if self.processes < 1:
            raise ValueError("there has to be at least one")


class OfficeConverter:
    """Processes start when a document needs one, or by `warm_up`, and stay. `program` is
    LibreOffice's folder, or None where there is none."""

    def __init__(self, program: Path | None, files: DocxFiles, limits: Limits = Limits()) -> None:
        self._program, self._files, self._limits = program, files, limits
        self._changed = Condition()
        self._idle: list[OfficeProcess] = []
        self._busy: set[OfficeProcess] = set()
        self._places, self._queued = limits.processes, 0
        self._closed = False

    def to_pdf(self, data: bytes, name: str) -> bytes:
        if self._program is None:
            raise UnusableFile("no_converter", HINT, name)
        try:
            harmless = self._files.harmless(data)
            with waiting(), self._place():
                return self._converted(harmless)
        except UnusableFile as problem:
            raise UnusableFile(problem.code, problem.message, name) from None

    def warm_up(self, processes: int) -> None:
        """Starts so many without waiting for them, so that the first documents need not wait."""
        if self._program is None:
            return
        with self._changed, suppress(Unavailable):
            self._need_open()
            for _ in range(min(processes, self._limits.processes)):
                self._idle.append(self._started())

    @property
    def shows_formulas(self) -> bool:
        """Without LibreOffice's Math they are missing, and nothing tells."""
        return self._program is not None and (self._program / MATH).exists()

    def trial(self) -> tuple[str, ...]:
        """Starts a process and returns what confines it: "namespace" (no network), "landlock" (no
        foreign files). Raises NoOffice, OfficeUnusable and Unavailable."""
        if self._program is None:
            raise NoOffice("not installed")
        with self._place(), self._process() as process:
            return self._made_ready(process)

    def close(self) -> None:
        """Ends all processes, also those that convert."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            for process in self._busy:
                process.kill()
            self._changed.wait_for(lambda: not self._busy, LEAVE_SECONDS)
            idle, self._idle = self._idle, []
        for process in idle:
            process.end()

    # -------------------------------------------------------------- the queue

    @contextmanager
    def _place(self) -> Iterator[None]:
        self._wait_for_place()
        try:
            yield
        finally:
            with self._changed:
                self._places += 1
                self._changed.notify_all()

    def _wait_for_place(self) -> None:
        with self._changed:
            if self._queued >= self._limits.waiting:
                raise Unavailable(SERVICE)
            self._queued += 1
            try:
                self._changed.wait_for(self._may_begin, self._limits.queue_seconds)
            finally:
                self._queued -= 1
            if self._closed or not self._places:
                raise Unavailable(SERVICE)
            self._places -= 1

    def _may_begin(self) -> bool:
        return self._closed or self._places > 0

    # -------------------------------------------------------------- one document

    def _converted(self, data: bytes) -> bytes:
        """A process may die of the document before, or of whatever happens to the machine; only
        when the next one dies too, it is of this document."""
        problem: DomainError = Unavailable(SERVICE)
        for _attempt in range(2):
            try:
                with self._process() as process:
                    self._made_ready(process)
                    made = process.convert(data, self._limits.seconds)
            except (OfficeUnusable, OSError):  # the second when there is no room for the document
                problem = Unavailable(SERVICE)
            except Died:
                problem = _not_converted()
            except TookTooLong:
                raise UnusableFile("timed_out", "converting it takes too long") from None
            else:
                if made:
                    return made
                problem = _not_converted()
                break
        raise problem

    @contextmanager
    def _process(self) -> Iterator[OfficeProcess]:
        process = self._taken()
        try:
            yield process
        finally:
            self._given_back(process)

    def _taken(self) -> OfficeProcess:
        with self._changed:
            self._need_open()
            process = self._alive() or self._started()
            self._busy.add(process)
            return process

    def _alive(self) -> OfficeProcess | None:
        while self._idle:
            process = self._idle.pop()
            if process.is_alive:
                return process
            process.end()
        return None

    def _need_open(self) -> None:
        if self._closed:
            raise Unavailable(SERVICE)

    def _started(self) -> OfficeProcess:
        assert self._program is not None
        limits = self._limits
        try:
            return OfficeProcess(
                self._program, memory_bytes=limits.memory_bytes, pdf_bytes=limits.pdf_bytes
            )
        except OSError as problem:
            log.error("office_does_not_start", why=type(problem).__name__)
            raise Unavailable(SERVICE) from None

    def _made_ready(self, process: OfficeProcess) -> tuple[str, ...]:
        try:
            return process.ready(self._limits.start_seconds)
        except (OfficeUnusable, TookTooLong) as problem:
            self._need_open()
            log.error("office_does_not_start", why=str(problem) or "too slow")
            raise OfficeUnusable(str(problem) or "LibreOffice is too slow to start") from None

    def _given_back(self, process: OfficeProcess) -> None:
        """One that is of no more use is replaced at once, so that the next document need not wait
        for LibreOffice to start."""
        keep = process.is_alive and not process.failed and not self._has_done_its_share(process)
        if not keep:
            process.end()
        with self._changed:
            self._busy.discard(process)
            if keep:
                self._idle.append(process)
            elif not self._closed:
                with suppress(Unavailable):
                    self._idle.append(self._started())
            self._changed.notify_all()

    def _has_done_its_share(self, process: OfficeProcess) -> bool:
        return (
            process.conversions >= self._limits.conversions
            or process.resident_bytes >= self._limits.resident_bytes
        )


def _not_converted() -> UnusableFile:
    log.warning("office_makes_no_pdf")
    return UnusableFile("not_converted", "LibreOffice can make no PDF of it")

"""A small house: the real database and job table, with whatever else a test puts in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from countersign import jobs
from countersign.adapters.access_tokens import SignedAccessTokens
from countersign.adapters.database.engine import Database
from countersign.adapters.database.jobs import JobQueue
from countersign.adapters.database.migrations import migrate
from countersign.adapters.database.unit_of_work import DatabaseUnitOfWork
from countersign.adapters.identity import NoIdentity
from countersign.adapters.identity.of_account import AccountEids
from countersign.adapters.invitations import MailInvitations
from countersign.adapters.key_meter import KeyMeter
from countersign.adapters.links import SignedLinks
from countersign.adapters.mail import SandboxMailer
from countersign.adapters.remote_signing.of_account import AccountVendors
from countersign.adapters.secrets import SecretBox
from countersign.domain.document import FileRef
from countersign.domain.envelope import Envelope
from countersign.usecases.ports import NewJob, Ports, UnitOfWork
from tests.adapters import samples

KEY = bytes(range(32))
MAIL_FROM = "Countersign <noreply@sign.test>"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = samples.NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


class Shelf:
    """Stored parts in memory; `asked` keeps which bytes were asked for."""

    def __init__(self) -> None:
        self.parts: dict[FileRef, bytes] = {}
        self.asked: list[tuple[int, int | None]] = []

    def put(self, part: FileRef, data: bytes) -> None:
        self.parts[part] = data

    def stream(
        self, parts: Sequence[FileRef], start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        self.asked.append((start, length))
        whole = b"".join(self.parts[part] for part in parts)
        yield whole[start:] if length is None else whole[start : start + length]


@dataclass
class House:
    ports: Ports
    queue: JobQueue
    clock: Clock
    shelf: Shelf

    def put(self, **ports: Any) -> None:
        """Replaces ports."""
        self.ports = replace(self.ports, **ports)

    def open(self, envelope: Envelope) -> None:
        with self.ports.unit_of_work() as uow:
            uow.envelopes.add(envelope, [])
            uow.commit()

    def add_job(self, kind: str, queue: str, **args: object) -> None:
        with self.ports.unit_of_work() as uow:
            uow.jobs.add(NewJob(kind=kind, args=args, queue=queue))
            uow.commit()

    def work(self, queue: str) -> int:
        """Does the jobs that are due, as a worker would; returns how many there were."""
        handlers = jobs.handlers(self.ports)
        claimed = self.queue.claim(queue, 10)
        for job in claimed:
            try:
                handlers[job.kind](job.args)
            except Exception as failure:
                pause = jobs.retry_after(job.kind, job.attempts)
                assert pause is not None
                self.queue.retry(job, pause, str(failure))
            else:
                self.queue.finish(job)
        return len(claimed)


@contextmanager
def opened(folder: Path) -> Iterator[House]:
    database = Database(f"sqlite:///{folder / 'countersign.db'}", synchronous="NORMAL")
    migrate(database)
    clock, shelf, box = Clock(), Shelf(), SecretBox(KEY)
    queue = JobQueue(database, clock)

    def unit_of_work() -> UnitOfWork:
        return DatabaseUnitOfWork(database, queue, box, jobs.follow_ups({}))

    ports = Ports(
        unit_of_work=unit_of_work,
        clock=clock,
        files=cast(Any, shelf),
        engine=cast(Any, None),
        mailer=SandboxMailer(),
        invitations=MailInvitations(MAIL_FROM),
        webhooks=cast(Any, None),
        links=SignedLinks("https://sign.test", KEY),
        access_tokens=SignedAccessTokens("https://sign.test", KEY),
        fetcher=cast(Any, None),
        identity=AccountEids(NoIdentity()),
        pki=AccountVendors(lambda _: (), "", clock),
        merchant=cast(Any, None),
        docx=cast(Any, None),
        converter=cast(Any, None),
        code_key=KEY,
        meter=KeyMeter(lambda _: None),
    )
    yield House(ports, queue, clock, shelf)
    database.close()

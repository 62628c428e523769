"""What scheduled notifications cost while they wait: the time of a look that finds nothing, and
how many that have become due are sent a second, beside a thousand and a million that have not.

The queue, the worker's handlers and the database are the product's own; messages go to a mailer
that takes them at once. `ratio` is to the same step beside a thousand.
"""

import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from bench.report import Row, publish
from bench.servers import DATABASES, settings_for
from countersign import app, jobs, logs
from countersign.adapters.database.jobs import JobQueue
from countersign.domain.account import Account
from countersign.domain.document import PDF, Document, FileRef
from countersign.domain.envelope import Envelope, EnvelopeSettings, EnvelopeStatus
from countersign.domain.events import EventKind
from countersign.domain.notice import Channel, Notice
from countersign.domain.task import Action, Person, Task, TaskStatus
from countersign.settings import Settings
from countersign.usecases.create_account import create_account
from countersign.usecases.ports import NewJob, Ports

SIZES = (1_000, 100_000, 1_000_000)
LOOKS, ROUNDS, DUE, AT_ONCE, BATCH = 300, 5, 200, 5, 20_000
FAR = timedelta(days=30)


def measure(kind: str, sizes: Sequence[int]) -> Iterator[Row]:
    first: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, settings_for(kind) as given:
        known = {name.lower(): value for name, value in given.items()}
        settings = Settings(data=Path(folder), sandbox=True, **known)
        with app.opened(settings) as installation:
            ports, queue = installation.ports, installation.queue
            account = create_account("Bench", "bench@example.org", ports)
            waiting = 0
            for size in sizes:
                print(f"filling with {size:,} notifications …", file=sys.stderr)
                fill(ports, account, size - waiting)
                waiting = size
                for step, row in steps(ports, queue, account):
                    figure = row.get("p50_ms") or 1000 / row["per_s"]
                    beside = first.setdefault(step, figure)
                    named = {"case": f"{size:,}, {kind}", "who": "countersign", "step": step}
                    yield named | row | {"ratio": round(figure / beside, 2)}


def steps(ports: Ports, queue: JobQueue, account: Account) -> Iterator[tuple[str, Row]]:
    looks = [timed_look(queue) for _ in range(LOOKS)]
    yield "nothing due", {"p50_ms": statistics.median(looks), "p99_ms": max(sorted(looks)[:-3])}
    rates = [rate_of_due(ports, queue, account) for _ in range(ROUNDS)]
    yield "send what is due", {"per_s": statistics.median(rates), "best_per_s": max(rates)}


def rate_of_due(ports: Ports, queue: JobQueue, account: Account) -> float:
    """Of one envelope, a second."""
    add(ports, sent(ports, account, 1), ports.clock(), DUE)
    begun = time.perf_counter()
    return work(ports, queue) / (time.perf_counter() - begun)


def timed_look(queue: JobQueue) -> float:
    """In milliseconds."""
    begun = time.perf_counter()
    assert not queue.claim(jobs.MAIL, AT_ONCE)
    return (time.perf_counter() - begun) * 1000


def work(ports: Ports, queue: JobQueue) -> int:
    """As a worker does it: how many were done."""
    handlers, done = jobs.handlers(ports), 0
    while claimed := queue.claim(jobs.MAIL, AT_ONCE):
        for job in claimed:
            handlers[job.kind](job.args)
            queue.finish(job)
        done += len(claimed)
    return done


# ------------------------------------------------------------------ filling


def fill(ports: Ports, account: Account, count: int) -> None:
    """Reminders that wait for a month, ten to an envelope."""
    later = ports.clock() + FAR
    while count > 0:
        now = min(count, BATCH)
        envelopes = sent(ports, account, max(1, now // 10))
        add(ports, envelopes, later, now)
        count -= now


def add(ports: Ports, envelopes: Sequence[Envelope], due: datetime, count: int) -> None:
    with ports.unit_of_work() as uow:
        made = [notice(envelopes[number % len(envelopes)]) for number in range(count)]
        uow.notices.add(made)
        for each in made:
            args = {"notice": each.id}
            uow.jobs.add(NewJob(kind="send_notice", args=args, queue=jobs.MAIL, run_at=due))
        uow.commit()


def notice(envelope: Envelope) -> Notice:
    return Notice(
        id=str(uuid4()),
        envelope_id=envelope.id,
        name="n1",
        channel=Channel.EMAIL,
        recipient="kari@example.org",
        text=("Please sign",),
        on=EventKind.TASK_READY,
        delay=FAR,
        task_id=envelope.tasks[0].id,
        subject="Reminder",
    )


def sent(ports: Ports, account: Account, count: int) -> list[Envelope]:
    envelopes = [envelope_of(ports, account) for _ in range(count)]
    with ports.unit_of_work() as uow:
        for envelope in envelopes:
            uow.envelopes.add(envelope, [])
        uow.commit()
    return envelopes


def envelope_of(ports: Ports, account: Account) -> Envelope:
    now, document_id = ports.clock(), str(uuid4())
    person = Person(name="Kari", email="kari@example.org")
    task = Task(id=str(uuid4()), person=person, actions={document_id: Action.SIGN})
    upload = FileRef("ab" * 32, 1000)
    return Envelope(
        id=str(uuid4()),
        account_id=account.id,
        credential_id="",
        origin="signicat-v1",
        name="Lease",
        created_at=now,
        updated_at=now,
        sender_name="Bench",
        documents=(Document(id=document_id, name="Lease", media_type=PDF, upload=upload),),
        tasks=(replace(task, status=TaskStatus.READY),),
        status=EnvelopeStatus.OPEN,
        settings=EnvelopeSettings(has_notices=True),
    )


def main() -> None:
    """`python -m bench.timers [DATABASE …] [SIZE …]`"""
    logs.set_up("text", level=logging.ERROR)
    given = sys.argv[1:]
    sizes = [int(word) for word in given if word.isdigit()] or SIZES
    rows: list[Row] = []
    for kind in [word for word in given if not word.isdigit()] or DATABASES:
        rows += measure(kind, sizes)
    publish("timers", rows)


if __name__ == "__main__":
    main()

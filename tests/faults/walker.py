"""Walks the moments between `complete` and `completed`, each in a process that is killed there.

Run as `python -m tests.faults.walker DATA WEBHOOK_URL`; prints one JSON line for each moment. Every
part is done in a forked process of its own, so that nothing survives the kill but what is on disk.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from countersign import app, jobs, logs
from countersign.adapters.database.jobs import JobQueue
from countersign.adapters.keys.local import root_of
from countersign.adapters.pdf_engine import verify_anybody
from countersign.commands.account import make_account
from countersign.commands.demo_contract import send_demo_contract
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.errors import AlreadyCompleted
from countersign.domain.task import Visitor
from countersign.settings import Settings
from countersign.usecases.authenticate import authenticate
from countersign.usecases.ports import Ports
from countersign.usecases.set_webhook import set_webhook
from countersign.usecases.sign_task import SignTask, sign_task
from tests.faults.dying import Fuse, dying_ports

PATIENCE = timedelta(minutes=10)  # longer than any lease and any first retry
MOST_MOMENTS = 200
STRANGERS_LOOK_AT = 6  # one file in so many; pyHanko takes seconds, our own verifier looks at all


# What a server loads when it needs it, loaded once instead of in every child
LOADED_BEFORE = (
    "countersign.pdf.already_signed",
    "countersign.pdf.audit",
    "countersign.pdf.verify.anybody",
)


def main(data: str, webhook_url: str) -> None:
    for name in LOADED_BEFORE:
        importlib.import_module(name)
    settings = Settings(data=Path(data), sandbox=True, public_url="http://127.0.0.1:1")
    token = in_process(lambda: prepare_account(settings, webhook_url))
    for moment in range(MOST_MOMENTS):
        found = walk(settings, token, moment)
        print(json.dumps({"moment": moment, **found}), flush=True)
        if found["told"] is not None:
            return
    raise SystemExit(f"still dying after {MOST_MOMENTS} moments")


def walk(settings: Settings, token: str, moment: int) -> dict[str, Any]:
    """One envelope, killed at `moment` and brought back. `told`: None when it was killed."""
    envelope = in_process(lambda: send(settings, token))
    told = in_process(lambda: live_until(settings, envelope, moment))
    in_process(lambda: live_on(settings, envelope))
    for_strangers = told is not None or moment % STRANGERS_LOOK_AT == 0
    return {"told": told, **in_process(lambda: look(settings, envelope, for_strangers))}


def in_process(work: Callable[[], Any]) -> Any:
    """What `work` returns in a forked process; None when that process was killed."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        with os.fdopen(write_end, "w") as out:
            json.dump({"result": work()}, out)
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as answer:
        said = answer.read()
    _pid, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
        return json.loads(said)["result"]
    if os.WIFSIGNALED(status):
        return None
    raise SystemExit(f"a child ended with {status}")


# ------------------------------------------------------------------ in the children


def prepare_account(settings: Settings, webhook_url: str) -> str:
    with app.opened(settings) as installation:
        token = make_account("Acme", "owner@acme.example", installation)["signature_nc"]
        caller = authenticate("signature-nc", token["token"], installation.ports)
        for slot in ("signed", "completed"):
            set_webhook(caller, slot, f"{webhook_url}/{slot}", installation.ports)
    return token["token"]


def send(settings: Settings, token: str) -> str:
    """An envelope that one of its two signers has signed."""
    with app.opened(settings) as installation:
        envelope = send_demo_contract(installation.ports, token)
        sign(installation.ports, envelope, 0)
        work_off(installation.ports, installation.queue)
    return envelope.id


def live_until(settings: Settings, envelope_id: str, moment: int) -> list[str]:
    """The last signer signs, and all that follows; dies at `moment`. Returns the moments passed."""
    fuse = Fuse(moment)
    with app.opened(settings, lambda ports: dying_ports(ports, fuse)) as installation:
        sign(installation.ports, load(installation.ports, envelope_id), 1)
        work_off(installation.ports, installation.queue)
    return fuse.names


def live_on(settings: Settings, envelope_id: str) -> bool:
    """After the restart the signer, who saw no answer, signs once more; leases run out."""
    with app.opened(settings) as installation:
        with contextlib.suppress(AlreadyCompleted):
            sign(installation.ports, load(installation.ports, envelope_id), 1)
        now = installation.ports.clock
        work_off(installation.ports, JobQueue(installation.database, lambda: now() + PATIENCE))
    return True


def sign(ports: Ports, envelope: Envelope, number: int) -> None:
    task = envelope.tasks[number]
    command = SignTask(
        task_id=task.id,
        method="typed",
        consent="I agree",
        visitor=Visitor(ip="203.0.113.7"),
        text=task.person.name,
    )
    sign_task(command, ports)


def work_off(ports: Ports, queue: JobQueue) -> None:
    handlers = jobs.handlers(ports)
    while claimed := [job for name in jobs.QUEUES for job in queue.claim(name, 1)]:
        for job in claimed:
            handlers[job.kind](job.args)
            queue.finish(job)


def load(ports: Ports, envelope_id: str) -> Envelope:
    with ports.unit_of_work() as uow:
        return uow.envelopes.get(envelope_id)


def look(settings: Settings, envelope_id: str, for_strangers: bool) -> dict[str, Any]:
    """What there is in the end, as an operator and, if wished, as a stranger would find it. Ends
    with VerificationFailed when the file is not what the database says."""
    with app.opened(settings) as installation:
        ports = installation.ports
        with ports.unit_of_work() as uow:
            envelope = uow.envelopes.get(envelope_id)
            links = uow.envelopes.evidence(envelope_id)
            deliveries = uow.webhooks.deliveries(envelope_id)
            (document,) = envelope.documents
            base = uow.bases.get(document.base_key)
        assert base is not None
        own = ports.engine.verify(envelope, document, base)
    return {
        "status": str(envelope.status),
        "segments": [str(segment.kind) for segment in document.segments],
        "signatures": own["signatures"],
        "strangers": strangers(settings, ports, document) if for_strangers else None,
        "events": [str(link.event.kind) for link in links],
        "deliveries": [
            {key: asdict(one)[key] for key in ("id", "event", "status")} for one in deliveries
        ],
        "audit": envelope.audit is not None,
    }


def strangers(settings: Settings, ports: Ports, document: Document) -> list[str]:
    """The verdict of pyHanko, and whose signatures it found."""
    data = b"".join(ports.files.stream(document.parts))
    verdict = verify_anybody(data, root_of(settings.data / "keys" / "pki")).as_json
    people = [one["who"] for one in verdict["signatures"] if one["kind"] == "signature"]
    return [verdict["verdict"], *people]


if __name__ == "__main__":
    logs.set_up("text")  # to standard error: standard output is for the findings
    main(*sys.argv[1:])

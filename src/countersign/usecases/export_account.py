"""An account's owner takes everything with him: a file is made, can be fetched for some days, and
goes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from countersign.domain.document import FileRef
from countersign.domain.errors import Conflict, Gone
from countersign.usecases.enter_dashboard import record
from countersign.usecases.keep_by_rules import SLOW
from countersign.usecases.keeping_ports import Export, ExportStatus
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import NewJob, Ports
from countersign.usecases.remove_content import removing
from countersign.usecases.write_export import write_export

LIFETIME = timedelta(days=7)
BLOCK = 1 << 20


def list_exports(visit: Visit, desk: MemberPorts) -> Sequence[Export]:
    """Newest first."""
    with desk.ports.unit_of_work() as uow:
        return uow.keeping.exports.of_account(visit.account.id)


def ask_for_export(visit: Visit, desk: MemberPorts) -> Export:
    """It is made in the background. Raises Conflict while one is being made."""
    ports, account_id = desk.ports, visit.account.id
    export = Export(
        id=str(uuid4()), account_id=account_id, asked_by=visit.member.email, asked_at=ports.clock()
    )
    with ports.unit_of_work() as uow:
        uow.dashboard.members.hold(account_id)  # of two who ask at once, one is told to wait
        known = uow.keeping.exports.of_account(account_id)
        if any(one.status is ExportStatus.WAITING for one in known):
            raise Conflict("an export is being made")
        uow.keeping.exports.add(export)
        args = {"account": account_id, "export": export.id}
        uow.jobs.add(NewJob(kind="make_export", args=args, queue=SLOW))
        record(visit.member, "asked for an export", visit.visitor, uow, desk)
        uow.commit()
    return export


def make_export(account_id: str, export_id: str, ports: Ports) -> None:
    """A second call changes nothing. A job that is to remove the file's bytes waits before there
    are any: should this process end before it says whose they are, they go."""
    with ports.unit_of_work() as uow:
        export = uow.keeping.exports.get(account_id, export_id)
    if export.status is not ExportStatus.WAITING:
        return
    with ports.files.aside() as path:
        file = written(account_id, path, ports)
        with ports.unit_of_work() as uow:
            uow.jobs.add(removing(file, ports.clock()))
            uow.commit()
        ports.files.adopt(path, file.sha256)
    now = ports.clock()
    ready = replace(
        export, status=ExportStatus.READY, file=file, ready_at=now, expires_at=now + LIFETIME
    )
    with ports.unit_of_work() as uow:
        uow.keeping.exports.save(ready)
        uow.keeping.contents.use(export.id, [file])
        args = {"account": account_id, "export": export_id}
        uow.jobs.add(NewJob(kind="end_export", args=args, run_at=ready.expires_at))
        uow.commit()


def written(account_id: str, path: Path, ports: Ports) -> FileRef:
    """Writes it to `path`, and says what it has become. Raises NotFound for an unknown account."""
    with ExitStack() as stack:
        listing, manifest = (
            stack.enter_context(stack.enter_context(ports.files.aside()).open("w+b"))
            for _ in range(2)
        )
        out = stack.enter_context(path.open("w+b"))
        write_export(account_id, out, listing, manifest, ports)
        out.seek(0)
        digest = hashlib.sha256()
        while block := out.read(BLOCK):
            digest.update(block)
        return FileRef(digest.hexdigest(), out.tell())


def fetch_export(export_id: str, visit: Visit, desk: MemberPorts) -> Export:
    """Raises NotFound, Gone when its time has passed, Conflict before it is made."""
    with desk.ports.unit_of_work() as uow:
        export = uow.keeping.exports.get(visit.account.id, export_id)
        if export.status is ExportStatus.WAITING:
            raise Conflict("the export is still being made")
        is_over = export.expires_at is None or export.expires_at <= desk.ports.clock()
        if export.status is ExportStatus.GONE or is_over:
            raise Gone("expired")
        record(visit.member, "fetched an export", visit.visitor, uow, desk)
        uow.commit()
    return export


def drop_export(export_id: str, visit: Visit, desk: MemberPorts) -> None:
    """Before its time. Raises NotFound."""
    end_export(visit.account.id, export_id, desk.ports)
    with desk.ports.unit_of_work() as uow:
        record(visit.member, "removed an export", visit.visitor, uow, desk)
        uow.commit()


def end_export(account_id: str, export_id: str, ports: Ports) -> None:
    """Nobody can fetch it any more, and its bytes go. Changes nothing the second time."""
    with ports.unit_of_work() as uow:
        export = uow.keeping.exports.get(account_id, export_id)
        if export.status is not ExportStatus.READY or export.file is None:
            return
        uow.keeping.exports.save(replace(export, status=ExportStatus.GONE))
        uow.keeping.contents.drop(export.id)
        uow.jobs.add(removing(export.file, ports.clock()))
        uow.commit()

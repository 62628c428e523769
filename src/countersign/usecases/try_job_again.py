"""Whoever looks after the installation has a job that failed done again."""

from __future__ import annotations

from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit


def try_job_again(job_id: int, visit: Visit, desk: MemberPorts) -> None:
    """Of any account. Raises NotFound, Conflict when another one does the same already."""
    with desk.ports.unit_of_work() as uow:
        kind = uow.dashboard.jobs.revive(job_id, desk.ports.clock())
        record(visit.member, "tried a job again", visit.visitor, uow, desk, f"{kind} {job_id}")
        uow.commit()

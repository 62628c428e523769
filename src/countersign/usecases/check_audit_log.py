"""Is the members' audit log of an account what was recorded?"""

from __future__ import annotations

from collections.abc import Iterator

from countersign.domain.audit_chain import AuditState, check_chain
from countersign.domain.member import AuditEntry
from countersign.usecases.ports import Ports, UnitOfWork

AT_ONCE = 1000


def check_audit_log(account_id: str, ports: Ports) -> AuditState:
    """Every entry there is at this moment; what is added meanwhile is left for the next time."""
    with ports.unit_of_work() as uow:
        head = uow.dashboard.audit.head(account_id)
        return check_chain(_entries(account_id, head.length, uow), head)


def _entries(account_id: str, length: int, uow: UnitOfWork) -> Iterator[AuditEntry]:
    """Also such as have no place in the chain, which nobody but an intruder has put there."""
    place = -1
    while found := uow.dashboard.audit.chain(account_id, place, length, AT_ONCE):
        yield from found
        place = found[-1].place

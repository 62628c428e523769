"""A legal hold: while it stands, nothing is erased, whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.domain.errors import NotFound
from countersign.domain.keeping import Hold, check_reason
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import UnitOfWork


def list_holds(visit: Visit, desk: MemberPorts) -> Sequence[Hold]:
    """That of the whole account first, then the newest."""
    with desk.ports.unit_of_work() as uow:
        return uow.keeping.holds.of_account(visit.account.id)


def hold(envelope_id: str, reason: str, visit: Visit, desk: MemberPorts) -> None:
    """Sets it on an envelope, or on all of the account when that is "". Raises Invalid, and
    NotFound for what is not the account's or is erased."""
    stands = Hold(
        account_id=visit.account.id,
        envelope_id=envelope_id,
        reason=check_reason(reason),
        set_by=visit.member.email,
        set_at=desk.ports.clock(),
    )
    with desk.ports.unit_of_work() as uow:
        uow.keeping.holds.add(stands)
        about = f"{_named(envelope_id, visit, uow)}: {stands.reason}"
        record(visit.member, "set a legal hold", visit.visitor, uow, desk, about)
        uow.commit()


def release(envelope_id: str, visit: Visit, desk: MemberPorts) -> None:
    """What is due by then is erased within a day. Raises NotFound."""
    with desk.ports.unit_of_work() as uow:
        uow.keeping.holds.remove(visit.account.id, envelope_id)
        about = _named(envelope_id, visit, uow)
        record(visit.member, "ended a legal hold", visit.visitor, uow, desk, about)
        uow.commit()


def _named(envelope_id: str, visit: Visit, uow: UnitOfWork) -> str:
    """Read in the transaction that keeps others from erasing it."""
    if not envelope_id:
        return "the whole account"
    envelope = uow.envelopes.get(envelope_id)
    if envelope.account_id != visit.account.id or envelope.erased:
        raise NotFound("envelope", envelope_id)
    return f"{envelope.name} ({envelope_id})"

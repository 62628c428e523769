"""Which envelopes a member may see. Every page about an envelope asks here."""

from __future__ import annotations

from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import NotFound
from countersign.domain.member import Member
from countersign.domain.rights import Right, may
from countersign.usecases.member_ports import Visit
from countersign.usecases.ports import UnitOfWork


def visible_envelope(envelope_id: str, visit: Visit, uow: UnitOfWork) -> Envelope:
    """Raises NotFound, also for another account's, one that was removed, and one that access roles
    keep from this member: whoever may not see it does not learn that it is there."""
    envelope = uow.envelopes.get(envelope_id)
    is_gone = envelope.status is EnvelopeStatus.DELETED
    if envelope.account_id != visit.account.id or is_gone:
        raise NotFound("envelope", envelope_id)
    if envelope.restricted and not _is_let_in(envelope_id, visit.member, uow):
        raise NotFound("envelope", envelope_id)
    return envelope


def _is_let_in(envelope_id: str, member: Member, uow: UnitOfWork) -> bool:
    viewers = viewers_of(member, uow)
    return not viewers or uow.dashboard.access.of_envelope(envelope_id).lets_in(viewers)


def viewers_of(member: Member, uow: UnitOfWork) -> tuple[str, ...]:
    """The ids by which a member sees envelopes that are not for everybody: their own and those of
    their access roles. Empty for who sees all."""
    if may(member, Right.SEE_ALL_ENVELOPES):
        return ()
    return (member.id, *uow.dashboard.access.of_member(member.id))

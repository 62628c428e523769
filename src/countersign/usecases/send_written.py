"""A draft of the dashboard goes out."""

from __future__ import annotations

import secrets
from dataclasses import replace
from uuid import uuid4

from countersign.domain.account import Account, Caller, Credential
from countersign.domain.draft import ORIGIN, Draft
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NameTaken, NotFound, StaleState
from countersign.usecases.create_credential import hash_secret, quota_beside
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.send_envelope import SendEnvelope, send_envelope


def send_written(draft: Draft, command: SendEnvelope, visit: Visit, desk: MemberPorts) -> Envelope:
    """`command` says what the draft became; its caller, origin and id don't count. Sent twice is
    sent once. Raises StaleState when the draft was written elsewhere meanwhile, and what
    `send_envelope` raises."""

    def beside(envelope: Envelope, uow: UnitOfWork) -> None:
        uow.dashboard.drafts.remove(draft)
        uow.dashboard.access.sent_by(envelope.id, visit.member.id)
        about = f"{envelope.name} ({envelope.id})"
        record(visit.member, "sent an envelope", visit.visitor, uow, desk, about)

    caller = dashboard_caller(visit.account, desk.ports)
    sent = replace(command, id=draft.id, caller=caller, origin=ORIGIN, beside=beside)
    try:
        return send_envelope(sent, desk.ports)
    except StaleState:
        return sent_before(draft.id, visit, desk) or _stale()


def _stale() -> Envelope:
    raise StaleState


def sent_before(draft_id: str, visit: Visit, desk: MemberPorts) -> Envelope | None:
    """What became of a draft; None for one that was not sent, or is not the account's."""
    with desk.ports.unit_of_work() as uow:
        try:
            envelope = uow.envelopes.get(draft_id)
        except NotFound:
            return None
    is_ours = (envelope.account_id, envelope.origin) == (visit.account.id, ORIGIN)
    return envelope if is_ours and not envelope.erased else None


def dashboard_caller(account: Account, ports: Ports) -> Caller:
    """Envelopes belong to a credential. That of the dashboard is made at its first envelope; its
    secret is known to nobody, and it may send as many as the account's others."""
    with ports.unit_of_work() as uow:
        found = _credential(account, uow)
        if found is None:
            try:
                known = uow.keeping.walk.credentials(account.id)
                uow.credentials.add(_new_credential(account, quota_beside(known), ports))
                uow.commit()
            except NameTaken:  # at this moment, by somebody else
                pass
    if found is None:
        with ports.unit_of_work() as uow:
            found = _credential(account, uow)
    assert found is not None
    return Caller(account, found)


def _credential(account: Account, uow: UnitOfWork) -> Credential | None:
    return next(iter(uow.credentials.of_account(account.id, ORIGIN)), None)


def _new_credential(account: Account, quota: int | None, ports: Ports) -> Credential:
    return Credential(
        id=str(uuid4()),
        account_id=account.id,
        api=ORIGIN,
        name=ORIGIN,
        secret_hash=hash_secret(secrets.token_urlsafe(32)),
        created_at=ports.clock(),
        quota=quota,
    )

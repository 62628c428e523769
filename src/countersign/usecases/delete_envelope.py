"""An envelope goes for good, with all that is known of its people; a record of that stays."""

from __future__ import annotations

from countersign.domain.account import Caller
from countersign.domain.closing import delete_at
from countersign.domain.deletion import DeletedBy, Deletion, leftovers
from countersign.domain.envelope import Envelope
from countersign.domain.evidence import GENESIS
from countersign.usecases.owned import owned_envelope
from countersign.usecases.ports import NewJob, Ports, UnitOfWork
from countersign.usecases.remove_files import removal_job


def delete_envelope(envelope_id: str, caller: Caller, origin: str, ports: Ports) -> None:
    """The sender wants it gone, in whatever state it is. Raises NotFound, also the second time, and
    Forbidden."""
    with ports.unit_of_work() as uow:
        owned_envelope(envelope_id, caller, origin, uow)
        uow.envelopes.hold(envelope_id)
        envelope = owned_envelope(envelope_id, caller, origin, uow)
        _delete(envelope, DeletedBy.SENDER, ports, uow)
        uow.commit()


def delete_in_time(envelope_id: str, ports: Ports) -> None:
    """Deletes what is old enough by its own settings; of anything else looks again when it is."""
    with ports.unit_of_work() as uow:
        uow.envelopes.hold(envelope_id)
        envelope = uow.envelopes.get(envelope_id)
        at = delete_at(envelope)
        if at is not None and at > ports.clock():
            uow.jobs.add(NewJob(kind="delete_in_time", args={"envelope": envelope_id}, run_at=at))
        elif at is not None:
            _delete(envelope, DeletedBy.SETTINGS, ports, uow)
        uow.commit()


def _delete(envelope: Envelope, by: DeletedBy, ports: Ports, uow: UnitOfWork) -> None:
    links, now = uow.envelopes.evidence(envelope.id), ports.clock()
    deletion = Deletion(
        envelope_id=envelope.id,
        account_id=envelope.account_id,
        origin=envelope.origin,
        created_at=envelope.created_at,
        deleted_at=now,
        deleted_by=by,
        status=envelope.status.value,
        events=len(links),
        last_hash=links[-1].hash if links else GENESIS,
    )
    uow.jobs.add(removal_job(leftovers(envelope), None))
    uow.deletions.erase(envelope, deletion)

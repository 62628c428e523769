"""The ports Notices and Deletions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.document import FileRef
from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.erasing import Deletion
from countersign.domain.errors import NotFound
from countersign.domain.events import EventKind
from countersign.domain.notice import Channel, Notice, Slot
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import (
    NOW,
    SENT,
    account,
    envelope,
    message,
    new_id,
    package,
    stored_file,
)

OWNER = account()


def notice(envelope_id: str, **changes: object) -> Notice:
    made = Notice(
        id=new_id(),
        envelope_id=envelope_id,
        name="n1",
        channel=Channel.SMS,
        recipient="+4712345678",
        text=("Öppna ", Slot.LINK, " ${link}"),
        on=EventKind.TASK_READY,
        delay=timedelta(days=3, minutes=1),
        task_id=new_id(),
        layout={"button": "Sign"},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_notices_come_back_as_they_were_added(unit: OpenUnit) -> None:
    one, other = notice("e1"), notice("e1", task_id=None, package_id="p1", text=("x",))
    elsewhere = notice("e2")
    with unit() as uow:
        uow.notices.add([one, other, elsewhere])
        uow.notices.add([])
        uow.commit()
    with unit() as uow:
        assert uow.notices.get(one.id) == one
        assert sorted(uow.notices.of_envelope("e1"), key=lambda each: each.id) == sorted(
            [one, other], key=lambda each: each.id
        )
        with pytest.raises(NotFound):
            uow.notices.get(new_id())


def test_what_is_erased_is_gone_and_its_record_stays(unit: OpenUnit) -> None:
    sent, other = envelope(account_id=OWNER.id), envelope(account_id=OWNER.id)
    about = notice(sent.id)
    with unit() as uow:
        uow.accounts.add(OWNER)
        for each in (sent, other):
            uow.envelopes.add(each, [SENT])
        uow.notices.add([about, notice(other.id)])
        uow.packages.add(package(sent))
        uow.messages.add(message(envelope_id=sent.id))
        uow.commit()
    deletion = Deletion(
        envelope_id=sent.id,
        account_id=OWNER.id,
        origin=sent.origin,
        created_at=sent.created_at,
        deleted_at=NOW,
        by="retention",
        tasks=tuple(task.id for task in sent.tasks),
        removed=(FileRef("ab" * 32, 7),),
        kept=(),
        chain_length=1,
        chain_head="cd" * 32,
    )
    with unit() as uow:
        emptied = replace(sent, documents=(), tasks=(), status=EnvelopeStatus.DELETED)
        uow.envelopes.save(emptied, [])
        uow.deletions.add(deletion)
        uow.deletions.erase(sent.id, deletion.tasks, [])
        uow.commit()
    with unit() as uow:
        assert uow.deletions.get(sent.id) == deletion
        assert uow.deletions.of_account(OWNER.id) == [deletion]
        assert not uow.envelopes.evidence(sent.id)
        assert not uow.notices.of_envelope(sent.id)
        assert not uow.packages.of_envelope(sent.id)
        assert not uow.messages.of_envelope(sent.id)
        assert uow.envelopes.get(sent.id).tasks == ()
        assert uow.envelopes.evidence(other.id)
        assert uow.notices.of_envelope(other.id)
        with pytest.raises(NotFound):
            uow.deletions.get(other.id)


def test_a_content_is_used_where_somebody_has_it(unit: OpenUnit) -> None:
    sent, file = envelope(account_id=OWNER.id), stored_file(OWNER, sha256="ef" * 32)
    with unit() as uow:
        uow.accounts.add(OWNER)
        uow.envelopes.add(sent, [SENT])
        uow.stored_files.add(file)
        uow.commit()
    with unit() as uow:
        assert uow.deletions.is_used(sent.documents[0].upload.sha256)
        assert uow.deletions.is_used(file.sha256)
        assert not uow.deletions.is_used("00" * 32)


def test_an_upload_is_dropped_when_its_time_has_passed(unit: OpenUnit) -> None:
    file = stored_file(OWNER, expires_at=NOW)
    lasting = stored_file(OWNER)
    with unit() as uow:
        uow.stored_files.add(file)
        uow.stored_files.add(lasting)
        uow.commit()
    with unit() as uow:
        assert not uow.stored_files.drop_expired(file.id, NOW - timedelta(seconds=1))
        assert not uow.stored_files.drop_expired(lasting.id, NOW)
        assert tuple(uow.stored_files.drop_expired(file.id, NOW)) == file.parts
        assert not uow.stored_files.drop_expired(file.id, NOW)
        uow.commit()
    with unit() as uow:
        assert uow.stored_files.get(OWNER.id, lasting.id) == lasting
        with pytest.raises(NotFound):
            uow.stored_files.get(OWNER.id, file.id)

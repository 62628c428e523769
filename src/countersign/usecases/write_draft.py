"""Members write drafts in the dashboard, and find them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from countersign.domain.draft import Draft
from countersign.domain.errors import NotFound
from countersign.domain.member import Member
from countersign.domain.rights import Right, may
from countersign.usecases.draft_port import DraftHead, DraftQuery
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import UnitOfWork
from countersign.usecases.remove_content import removing


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stands in the browser of somebody who has seen `version`."""

    draft_id: str
    version: int
    name: str
    content: Mapping[str, Any]


def begin_draft(visit: Visit, desk: MemberPorts) -> Draft:
    """An empty one."""
    now = desk.ports.clock()
    draft = Draft(
        id=str(uuid4()),
        account_id=visit.account.id,
        author_id=visit.member.id,
        name="",
        created_at=now,
        updated_at=now,
        content={},
    )
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.drafts.add(draft)
        uow.commit()
    return draft


def read_draft(draft_id: str, visit: Visit, desk: MemberPorts) -> Draft:
    """Raises NotFound, also for another account's."""
    with desk.ports.unit_of_work() as uow:
        return own_draft(draft_id, visit, uow)


def own_draft(draft_id: str, visit: Visit, uow: UnitOfWork) -> Draft:
    """A draft is its writer's, and theirs who can read everything anyway. Raises NotFound."""
    draft = uow.dashboard.drafts.get(visit.account.id, draft_id)
    if draft.author_id != visit.member.id and not _sees_all(visit.member):
        raise NotFound("draft", draft_id)
    return draft


def list_drafts(text: str, limit: int, visit: Visit, desk: MemberPorts) -> Sequence[DraftHead]:
    """Those that this member may see, newest first."""
    author = None if _sees_all(visit.member) else visit.member.id
    query = DraftQuery(account_id=visit.account.id, author_id=author, text=text, limit=limit)
    with desk.ports.unit_of_work() as uow:
        return uow.dashboard.drafts.of_account(query)


def _sees_all(member: Member) -> bool:
    return may(member, Right.SEE_ALL_ENVELOPES)


def save_draft(written: Written, visit: Visit, desk: MemberPorts) -> Draft:
    """Twice is once. Raises NotFound; StaleState when it was written elsewhere meanwhile."""
    with desk.ports.unit_of_work() as uow:
        draft = own_draft(written.draft_id, visit, uow)
        now = desk.ports.clock()
        changed = draft.rewritten(written.name, written.content, written.version, now)
        if changed is not draft:
            draft = uow.dashboard.drafts.save(changed)
            uow.commit()
    return draft


def discard_draft(draft_id: str, visit: Visit, desk: MemberPorts) -> None:
    """With its files. Raises NotFound, StaleState, Held."""
    with desk.ports.unit_of_work() as uow:
        draft = own_draft(draft_id, visit, uow)
        uow.keeping.holds.check(draft.account_id)
        uow.dashboard.drafts.remove(draft)
        for document in draft.documents:
            uow.jobs.add(removing(document.upload, desk.ports.clock()))
        about = f"{draft.name} ({draft.id})"
        record(visit.member, "discarded a draft", visit.visitor, uow, desk, about)
        uow.commit()

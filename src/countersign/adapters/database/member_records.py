"""What members leave behind: tickets, the audit log, tries, filters with a name. `Stored` is all of
the dashboard's tables in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from countersign.adapters.database.access import StoredAccess, StoredSignInRules
from countersign.adapters.database.account_list import StoredAccountList
from countersign.adapters.database.batches import StoredBatches
from countersign.adapters.database.drafts import StoredDrafts
from countersign.adapters.database.job_care import StoredJobCare
from countersign.adapters.database.member_tables import (
    audit_heads,
    audit_log,
    guesses,
    saved_views,
    tickets,
)
from countersign.adapters.database.members import StoredMembers, StoredPasskeys, StoredSessions
from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.audit_chain import GENESIS, AuditHead, entry_hash
from countersign.domain.errors import NotFound
from countersign.domain.member import AuditEntry, Guessing, SavedView, Ticket
from countersign.usecases import member_store as ports
from countersign.usecases.access_port import AccessRoles, SignInRules
from countersign.usecases.account_list import AccountList
from countersign.usecases.batch_store import Batches
from countersign.usecases.draft_port import Drafts
from countersign.usecases.job_port import JobCare
from countersign.usecases.outside_ports import Secrets

_OF_ACCOUNT = audit_heads.c.account_id == bindparam("of_account")
_TAKE_PLACES = Prepared(
    update(audit_heads).where(_OF_ACCOUNT).values(length=audit_heads.c.length + bindparam("more"))
)
_HEAD = Prepared(select(audit_heads.c.length, audit_heads.c.head).where(_OF_ACCOUNT))
_SET_HEAD = Prepared(update(audit_heads).where(_OF_ACCOUNT).values(head=bindparam("new_head")))
_ADD_ENTRIES = Prepared(insert(audit_log))


class StoredTickets:
    """The port Tickets. What they carry is stored closed."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._tx, self._secrets = transaction, secrets

    def add(self, ticket: Ticket) -> None:
        closed = self._secrets.close(json.dumps(dict(ticket.data)).encode())
        self._tx.write(insert(tickets), asdict(ticket) | {"data": closed})

    def look(self, ticket_id: str, purpose: str) -> Ticket:
        wanted = select(tickets).where(tickets.c.id == ticket_id, tickets.c.purpose == purpose)
        return self._found(self._tx.read(wanted).one_or_none(), purpose)

    def take(self, ticket_id: str, purpose: str) -> Ticket:
        wanted = (tickets.c.id == ticket_id, tickets.c.purpose == purpose)
        taken = self._tx.write(delete(tickets).where(*wanted).returning(tickets))
        return self._found(taken.one_or_none(), purpose)

    def forget(self, purpose: str, member_id: str | None) -> None:
        wanted = (tickets.c.purpose == purpose, tickets.c.member_id == member_id)
        self._tx.write(delete(tickets).where(*wanted))

    def sweep(self, before: datetime) -> None:
        self._tx.write(delete(tickets).where(tickets.c.expires_at < before))

    def _found(self, row: AnyRow | None, purpose: str) -> Ticket:
        if row is None:
            raise NotFound(purpose)
        opened = json.loads(self._secrets.open(row.data))
        return Ticket(**{**row._mapping, "data": opened})


class StoredAuditLog:
    """The port AuditLog: there is no statement here that changes an entry. Entries wait for the
    commit, so that the lock on an account's head is the last that a transaction takes: nobody who
    has it waits for anybody."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction
        self._waiting: dict[str, list[AuditEntry]] = {}

    def add(self, entry: AuditEntry) -> None:
        self._waiting.setdefault(entry.account_id, []).append(entry)

    def write(self) -> None:
        """Before a commit."""
        for account_id in sorted(self._waiting):
            self._append(account_id, self._waiting[account_id])
        self._waiting.clear()

    def _append(self, account_id: str, entries: Sequence[AuditEntry]) -> None:
        place, head = self._take_places(account_id, len(entries))
        rows = []
        for entry in entries:
            place += 1
            head = entry_hash(place, entry, head)
            rows.append(_entry_row(replace(entry, place=place, hash=head)))
        self._tx.write(_ADD_ENTRIES, rows)
        self._tx.write(_SET_HEAD, {"of_account": account_id, "new_head": head})

    def _take_places(self, account_id: str, count: int) -> tuple[int, str]:
        """The head before these entries, which nobody else appends to until the commit."""
        longer = {"of_account": account_id, "more": count}
        if self._tx.write(_TAKE_PLACES, longer).rowcount != 1:
            first = {"account_id": account_id, "length": 0, "head": GENESIS}
            self._tx.write(self._tx.insert(audit_heads).on_conflict_do_nothing(), first)
            self._tx.write(_TAKE_PLACES, longer)
        head = self.head(account_id)
        return head.length - count, head.hash

    def page(self, account_id: str, before: int | None, limit: int) -> Sequence[AuditEntry]:
        wanted = select(audit_log).where(audit_log.c.account_id == account_id)
        if before is not None:
            wanted = wanted.where(audit_log.c.number < before)
        rows = self._tx.read(wanted.order_by(audit_log.c.number.desc()).limit(limit))
        return [AuditEntry(**row._mapping) for row in rows]

    def head(self, account_id: str) -> AuditHead:
        row = self._tx.read(_HEAD, {"of_account": account_id}).one_or_none()
        return AuditHead(row.length, row.head) if row else AuditHead()

    def chain(self, account_id: str, after: int, until: int, limit: int) -> Sequence[AuditEntry]:
        own = select(audit_log).where(
            audit_log.c.account_id == account_id,
            audit_log.c.place > after,
            audit_log.c.place <= until,
        )
        rows = self._tx.read(own.order_by(audit_log.c.place, audit_log.c.number).limit(limit))
        return [AuditEntry(**row._mapping) for row in rows]


def _entry_row(entry: AuditEntry) -> dict[str, Any]:
    row = asdict(entry)
    del row["number"]
    return row


class StoredGuesses:
    """The port Guesses."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def hold(self, key: str) -> Guessing:
        first = self._tx.insert(guesses).values(**asdict(Guessing(key)))
        self._tx.write(
            first.on_conflict_do_update(index_elements=["key"], set_={"tries": guesses.c.tries})
        )
        row = self._tx.read(select(guesses).where(guesses.c.key == key)).one()
        return Guessing(**row._mapping)

    def save(self, guessing: Guessing) -> None:
        change = update(guesses).where(guesses.c.key == guessing.key)
        self._tx.write(change.values(**asdict(guessing)))

    def sweep(self, before: datetime) -> None:
        self._tx.write(delete(guesses).where(guesses.c.tried_at < before))

    def forget(self, key: str) -> None:
        self._tx.write(delete(guesses).where(guesses.c.key == key))


class StoredViews:
    """The port SavedViews."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, view: SavedView) -> None:
        self._tx.write(insert(saved_views), asdict(replace(view, query=dict(view.query))))

    def of_member(self, member_id: str) -> Sequence[SavedView]:
        wanted = select(saved_views).where(saved_views.c.member_id == member_id)
        found = [SavedView(**row._mapping) for row in self._tx.read(wanted)]
        return sorted(found, key=lambda one: (one.name.casefold(), one.id))

    def remove(self, member_id: str, view_id: str) -> None:
        own = (saved_views.c.member_id == member_id, saved_views.c.id == view_id)
        self._tx.write(delete(saved_views).where(*own))


class Stored(ports.MemberStore):
    """The port MemberStore."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        members = StoredMembers(transaction, secrets)
        self.members: ports.Members = members
        self.sessions: ports.Sessions = StoredSessions(transaction, members)
        self.tickets: ports.Tickets = StoredTickets(transaction, secrets)
        self.passkeys: ports.Passkeys = StoredPasskeys(transaction)
        self.log = StoredAuditLog(transaction)
        self.audit: ports.AuditLog = self.log
        self.guesses: ports.Guesses = StoredGuesses(transaction)
        self.views: ports.SavedViews = StoredViews(transaction)
        self.access: AccessRoles = StoredAccess(transaction)
        self.sign_in_rules: SignInRules = StoredSignInRules(transaction)
        self.envelopes: AccountList = StoredAccountList(transaction)
        self.jobs: JobCare = StoredJobCare(transaction)
        self.batches: Batches = StoredBatches(transaction, secrets)
        self.drafts: Drafts = StoredDrafts(transaction)

"""What members leave behind: tickets, the audit log, tries, filters with a name. `Stored` is all of
the dashboard's tables in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from countersign.adapters.database.account_list import StoredAccountList
from countersign.adapters.database.batches import StoredBatches
from countersign.adapters.database.drafts import StoredDrafts
from countersign.adapters.database.job_care import StoredJobCare
from countersign.adapters.database.member_tables import audit_log, guesses, saved_views, tickets
from countersign.adapters.database.members import StoredMembers, StoredPasskeys, StoredSessions
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.errors import NotFound
from countersign.domain.member import AuditEntry, Guessing, SavedView, Ticket
from countersign.usecases import member_store as ports
from countersign.usecases.account_list import AccountList
from countersign.usecases.batch_store import Batches
from countersign.usecases.draft_port import Drafts
from countersign.usecases.job_port import JobCare
from countersign.usecases.outside_ports import Secrets


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
    """The port AuditLog: there is no statement here that changes an entry."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, entry: AuditEntry) -> None:
        row = asdict(entry)
        del row["number"]
        self._tx.write(insert(audit_log), row)

    def page(self, account_id: str, before: int | None, limit: int) -> Sequence[AuditEntry]:
        wanted = select(audit_log).where(audit_log.c.account_id == account_id)
        if before is not None:
            wanted = wanted.where(audit_log.c.number < before)
        rows = self._tx.read(wanted.order_by(audit_log.c.number.desc()).limit(limit))
        return [AuditEntry(**row._mapping) for row in rows]


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
        self.audit: ports.AuditLog = StoredAuditLog(transaction)
        self.guesses: ports.Guesses = StoredGuesses(transaction)
        self.views: ports.SavedViews = StoredViews(transaction)
        self.envelopes: AccountList = StoredAccountList(transaction)
        self.jobs: JobCare = StoredJobCare(transaction)
        self.batches: Batches = StoredBatches(transaction, secrets)
        self.drafts: Drafts = StoredDrafts(transaction)

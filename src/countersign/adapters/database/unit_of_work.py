"""One transaction over all tables."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from countersign.adapters.database.accounts import Accounts, Credentials
from countersign.adapters.database.archive import Archive
from countersign.adapters.database.bases import Bases
from countersign.adapters.database.chat import Chat
from countersign.adapters.database.deletions import Deletions
from countersign.adapters.database.engine import Database
from countersign.adapters.database.envelopes import Envelopes
from countersign.adapters.database.forms import Forms
from countersign.adapters.database.identity import Identities
from countersign.adapters.database.interfaces import Interfaces
from countersign.adapters.database.jobs import JobQueue, Jobs
from countersign.adapters.database.keeping import StoredKeeping
from countersign.adapters.database.member_records import Stored
from countersign.adapters.database.merchant_keys import MerchantKeys
from countersign.adapters.database.messages import Messages
from countersign.adapters.database.notices import Notices
from countersign.adapters.database.openid_providers import StoredProviders
from countersign.adapters.database.projects import Projects
from countersign.adapters.database.repeats import Repeats
from countersign.adapters.database.sign_codes import SignCodes
from countersign.adapters.database.signing_services import SigningServices
from countersign.adapters.database.stored_files import Packages, StoredFiles
from countersign.adapters.database.task_counts import TaskCounts
from countersign.adapters.database.tasks import Tasks
from countersign.adapters.database.templates import Templates
from countersign.adapters.database.text_counts import TextCounts
from countersign.adapters.database.transaction import Transaction
from countersign.adapters.database.webhooks import Webhooks
from countersign.domain.envelope import Envelope
from countersign.domain.events import EventKind
from countersign.domain.evidence import Link
from countersign.usecases import (
    identity_port,
    library_ports,
    merchant_port,
    pki_port,
    ports,
    sms_port,
)
from countersign.usecases.identity_port import OpenIdProviders
from countersign.usecases.keeping_ports import Keeping
from countersign.usecases.member_store import MemberStore
from countersign.usecases.outside_ports import Secrets
from countersign.usecases.ports import FollowUps, NewJob

log = structlog.get_logger(__name__)

LOOK_AT_IT = (
    "everybody has signed, and the file could not be verified; the dashboard says why, and every"
    " file is kept"
)


class DatabaseUnitOfWork(ports.UnitOfWork):
    """The port of that name. A commit rings the queue's bell, and PostgreSQL tells the workers of
    other processes."""

    def __init__(
        self, database: Database, queue: JobQueue, secrets: Secrets, follow_ups: FollowUps
    ) -> None:
        self._tx = Transaction(database)
        self._follow_ups, self._bell = follow_ups, queue.bell
        self._happened: list[tuple[str, str]] = []
        self._jobs = Jobs(self._tx, queue.clock)
        self._task_counts = TaskCounts(self._tx)
        self.accounts: ports.Accounts = Accounts(self._tx)
        self.credentials: ports.Credentials = Credentials(self._tx)
        self.merchant_keys: merchant_port.MerchantKeys = MerchantKeys(self._tx, secrets)
        self.envelopes: ports.Envelopes = Envelopes(
            self._tx, secrets, self._task_counts, self._queue_follow_ups, self._queue_indexing
        )
        self.identity: identity_port.Identities = Identities(self._tx, secrets)
        self.text_counts: sms_port.TextCounts = TextCounts(self._tx)
        self.openid_providers: OpenIdProviders = StoredProviders(self._tx, secrets)
        self.signing_services: pki_port.StoredServices = SigningServices(self._tx, secrets)
        self.projects: ports.Projects = Projects(self._tx)
        self.tasks: library_ports.Tasks = Tasks(self._tx, self._task_counts)
        self.stored_files: library_ports.StoredFiles = StoredFiles(self._tx)
        self.packages: library_ports.Packages = Packages(self._tx)
        self.notices: library_ports.Notices = Notices(self._tx)
        self.deletions: library_ports.Deletions = Deletions(self._tx)
        self.forms: library_ports.Forms = Forms(self._tx)
        self.archive: library_ports.Archive = Archive(self._tx)
        self.templates: library_ports.Templates = Templates(self._tx)
        self.bases: library_ports.Bases = Bases(self._tx)
        self.messages: ports.Messages = Messages(self._tx)
        self.webhooks: ports.Webhooks = Webhooks(self._tx)
        self.chat: library_ports.Chat = Chat(self._tx)
        self.repeats: ports.Repeats = Repeats(self._tx, secrets)
        self.interfaces: ports.Interfaces = Interfaces(self._tx)
        self.sign_codes: library_ports.SignCodes = SignCodes(self._tx)
        self.jobs: ports.Jobs = self._jobs
        stored = Stored(self._tx, secrets)
        self.dashboard: MemberStore = stored
        self._audit_log = stored.log
        self.keeping: Keeping = StoredKeeping(self._tx)

    def __enter__(self) -> DatabaseUnitOfWork:
        return self

    def __exit__(self, *_reason: object) -> None:
        self._tx.close()

    def commit(self) -> None:
        self._task_counts.write()
        self._audit_log.write()
        due = self._jobs.announce()
        self._tx.commit()
        if due:
            self._bell.ring(due)
        for envelope_id, events in self._happened:
            log.info("committed", envelope=envelope_id, events=events)
            if EventKind.ENVELOPE_FAILED.value in events.split():
                log.error("envelope_failed", envelope=envelope_id, do=LOOK_AT_IT)
        self._happened.clear()

    def _queue_indexing(self) -> None:
        self._jobs.add(NewJob(kind="index_names", args={}, unique="index_names"))

    def _queue_follow_ups(self, envelope: Envelope, links: Sequence[Link]) -> None:
        self._jobs.add_all(
            [job for link in links for job in self._follow_ups(envelope, link, self)]
        )
        kinds = " ".join(dict.fromkeys(link.event.kind.value for link in links))
        self._happened.append((envelope.id, kinds))

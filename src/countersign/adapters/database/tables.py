"""The tables. What is known about a person stands in tasks, evidence, messages and identity_… only,
so that it can be deleted there.

Envelopes refer to accounts and credentials without a foreign key: checking one would lock the
account's row for every envelope that is created. Nothing ever deletes an account's row.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from countersign.adapters.database.types import ByCodePoint, CleanText, Json, Serial, Time

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

ID = CleanText
SHA256 = String(64)

accounts = Table(
    "accounts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", CleanText, nullable=False),
    Column("email", CleanText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("settings", Json, nullable=False),
)

credentials = Table(
    "credentials",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account_id", ForeignKey(accounts.c.id), nullable=False),
    Column("api", CleanText, nullable=False),
    Column("name", CleanText, nullable=False),
    Column("secret_hash", SHA256, nullable=False, unique=True),
    Column("created_at", Time, nullable=False),
    Column("description", CleanText, nullable=False),
    Column("environment", CleanText, nullable=False),
    Column("used", Integer, nullable=False),
    Column("quota", Integer),
    Column("revoked_at", Time),
    Column("permissions", Json, nullable=False, server_default="[]"),
    UniqueConstraint("account_id", "api", "name"),
)

envelopes = Table(
    "envelopes",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account_id", ID, nullable=False),
    Column("credential_id", ID, nullable=False),
    Column("origin", CleanText, nullable=False),
    Column("environment", CleanText, nullable=False),
    Column("project_id", ID),
    Column("name", CleanText, nullable=False),
    Column("folded_name", ByCodePoint, nullable=False),  # for searching and sorting in any script
    Column("sender_name", CleanText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("status", CleanText, nullable=False),
    Column("begun", Boolean, nullable=False, server_default=false()),
    Column("segment_count", Integer, nullable=False, server_default="0"),
    Column("settings", Json, nullable=False),
    Column("sender", Json, nullable=False),
    Column("due_at", Time),
    Column("completed_at", Time),
    Column("failure", CleanText),
    Column("extras", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("chain_length", Integer, nullable=False),
    Column("chain_head", SHA256, nullable=False),
    Column("folder", CleanText, nullable=False, server_default=""),
    Column("restricted", Boolean, nullable=False, server_default=false()),
    Index("ix_envelopes_newest_of_account", "account_id", "created_at", "id"),
    Index("ix_envelopes_newest_of_credential", "credential_id", "created_at", "id"),
    # Also holds what is searched, so that a search reads no row
    Index(
        "ix_envelopes_state_of_account",
        "account_id",
        "status",
        "created_at",
        "id",
        "origin",
        "folded_name",
        "restricted",
    ),
)

documents = Table(
    "documents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("envelope_id", ForeignKey(envelopes.c.id), nullable=False),
    Column("position", Integer, nullable=False),
    Column("is_audit", Boolean, nullable=False),
    Column("name", CleanText, nullable=False),
    Column("media_type", CleanText, nullable=False),
    Column("upload_sha256", SHA256, nullable=False),
    Column("upload_size", BigInteger, nullable=False),
    Column("pages", Json, nullable=False),
    Column("base_key", CleanText, nullable=False),
    Column("base_sha256", SHA256),
    Column("base_size", BigInteger),
    Column("blank_sha256", SHA256),
    Column("blank_size", BigInteger),
    Index(None, "envelope_id", "position"),
    Index(None, "upload_sha256"),
    Index(None, "base_sha256"),
    Index(None, "blank_sha256"),
    Index(None, "base_key"),
)

segments = Table(
    "segments",
    metadata,
    Column("document_id", ForeignKey(documents.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", CleanText, nullable=False),
    Column("task_id", ID),
    Column("sha256", SHA256, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("chain", Json, nullable=False),
    Column("facts", Json, nullable=False),
    Index(None, "sha256"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", ID, primary_key=True),
    Column("envelope_id", ForeignKey(envelopes.c.id), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", CleanText, nullable=False),
    Column("email", CleanText),
    Column("phone", CleanText),
    Column("fields", Json, nullable=False),
    Column("after", Json, nullable=False),
    Column("methods", Json, nullable=False),
    Column("identity", Json, nullable=False),
    Column("identified", Json, nullable=False),
    Column("language", CleanText, nullable=False),
    Column("status", CleanText, nullable=False),
    Column("due_at", Time),
    Column("opened_at", Time),
    Column("completed_at", Time),
    Column("reminded_at", Time),
    Column("declined_reason", CleanText),
    Column("act", Json),
    Column("extras", Json, nullable=False),
    Column("optional", Boolean, nullable=False, server_default=false()),
    Column("national_id", LargeBinary),  # closed
    Column("guest_of", ID),
    Column("account_id", ID, nullable=False, server_default=""),
    Column("title", CleanText, nullable=False, server_default=""),
    Column("folded_title", ByCodePoint, nullable=False, server_default=""),
    Column("created_at", Time),
    Column("link_expires_at", Time),
    Column("sign_text", CleanText, nullable=False, server_default=""),
    Column("packaged", Boolean, nullable=False, server_default=false()),
    Column("removed", Boolean, nullable=False, server_default=false()),
    Column("redirects", Json, nullable=False, server_default="{}"),
    Column("identity_choice", Json, nullable=False, server_default="[]"),
    Column("person_names", Json, nullable=False, server_default="[]"),
    Column("viewed", Json, nullable=False, server_default="[]"),
    Column("asks", Json),
    Column("forwarding", Json),
    Column("archiving", Json),
    Column("is_text", Boolean, nullable=False, server_default=false()),
    Column("message", CleanText, nullable=False, server_default=""),
    Column("person_title", CleanText, nullable=False, server_default=""),
    Column("image_sha256", SHA256),
    Index(None, "envelope_id", "position"),
)
Index("ix_tasks_email", tasks.c.email)
HAS_IMAGE = tasks.c.image_sha256.is_not(None)
Index(None, tasks.c.image_sha256, sqlite_where=HAS_IMAGE, postgresql_where=HAS_IMAGE)
IS_GUEST = text("guest_of IS NOT NULL")
Index("ix_tasks_guest_of", tasks.c.guest_of, sqlite_where=IS_GUEST, postgresql_where=IS_GUEST)
# Tasks that are listed by themselves; those of senders who list envelopes have no title
IS_LISTED = text("guest_of IS NULL AND title <> '' AND NOT removed")
for list_name, columns in {
    "created": ("account_id", "created_at", "id"),
    "due": ("account_id", "due_at", "id"),
    "state": ("account_id", "status", "created_at", "id", "due_at"),
    "state_due": ("account_id", "status", "due_at", "id", "created_at"),
}.items():
    Index(
        f"ix_tasks_listed_{list_name}",
        *(tasks.c[column] for column in columns),
        sqlite_where=IS_LISTED,
        postgresql_where=IS_LISTED,
    )

# A task may touch documents of several envelopes; `envelope_id` is the document's
task_documents = Table(
    "task_documents",
    metadata,
    Column("task_id", ForeignKey(tasks.c.id), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("document_id", ID, nullable=False),
    Column("envelope_id", ID, nullable=False),
    Column("action", CleanText, nullable=False),
    Index(None, "envelope_id"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("envelope_id", ForeignKey(envelopes.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Time, nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("task_id", ID),
    Column("document_id", ID),
    Column("data", Json, nullable=False),
    Column("previous", SHA256, nullable=False),
    Column("hash", SHA256, nullable=False),
)

bases = Table(
    "bases",
    metadata,
    Column("key", CleanText, primary_key=True),
    Column("sha256", SHA256, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("state", Json, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", ID, primary_key=True),
    Column("key", CleanText, nullable=False, unique=True),
    Column("account_id", ID, nullable=False),
    Column("envelope_id", ID, nullable=False),
    Column("task_id", ID),
    Column("channel", CleanText, nullable=False),
    Column("recipient", CleanText, nullable=False),
    Column("subject", CleanText, nullable=False),
    Column("text", CleanText, nullable=False),
    Column("html", CleanText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("sender_name", CleanText, nullable=False),
    Column("reply_to", CleanText, nullable=False, server_default=""),
    Column("status", CleanText, nullable=False),
    Column("reply", CleanText, nullable=False),
    Column("accepted_at", Time),
    Index(None, "created_at"),
    Index(None, "envelope_id"),
)

endpoints = Table(
    "endpoints",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account_id", ID, nullable=False),
    Column("api", CleanText, nullable=False),
    Column("url", CleanText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("credential_id", ID),
    Column("slot", CleanText, nullable=False),
    Column("events", Json, nullable=False),
    Column("headers", Json, nullable=False),
    Column("secret", CleanText, nullable=False),
    Index(None, "account_id", "api"),
)
IN_A_SLOT = text("slot <> ''")
Index(
    "uq_endpoints_slot",
    endpoints.c.credential_id,
    endpoints.c.slot,
    unique=True,
    sqlite_where=IN_A_SLOT,
    postgresql_where=IN_A_SLOT,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", ID, primary_key=True),
    Column("endpoint_id", ID, nullable=False),
    Column("envelope_id", ID, nullable=False),
    Column("number", Integer, nullable=False, server_default="0"),
    Column("event", CleanText, nullable=False),
    Column("url", CleanText, nullable=False),
    Column("body", CleanText, nullable=False),
    Column("headers", Json, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("pauses", Json, nullable=False, server_default="[]"),
    Column("status", CleanText, nullable=False),
    Column("tries", Integer, nullable=False),
    Index(None, "envelope_id", "number"),
    Index(None, "created_at"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", ForeignKey(deliveries.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Time, nullable=False),
    Column("outcome", CleanText, nullable=False),
    Column("duration_ms", Integer, nullable=False),
)

chat = Table(
    "chat",
    metadata,
    Column("id", ID, primary_key=True),
    Column("envelope_id", ForeignKey(envelopes.c.id), nullable=False),
    Column("number", Integer, nullable=False),
    Column("task_id", ID),
    Column("author_name", CleanText, nullable=False),
    Column("text", CleanText, nullable=False),
    Column("created_at", Time, nullable=False),
    UniqueConstraint("envelope_id", "number"),
)

repeats = Table(
    "repeats",
    metadata,
    Column("credential_id", ID, primary_key=True),
    Column("key", CleanText, primary_key=True),
    Column("fingerprint", SHA256, nullable=False),
    Column("resource_id", ID, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("answer", LargeBinary),
)

sign_codes = Table(
    "sign_codes",
    metadata,
    Column("code_hash", SHA256, primary_key=True),
    Column("task_id", ID, nullable=False),
)

# `run_at` is due time, retry time and end of the lease at once; `token` is there while somebody
# works on it; `dead_at` when nobody will try again
jobs = Table(
    "jobs",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("queue", CleanText, nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("args", Json, nullable=False),
    Column("run_at", Time, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("token", ID),
    Column("unique_key", CleanText),
    Column("error", CleanText),
    Column("dead_at", Time),
    implicit_returning=False,  # nobody asks for the number of a new job
)
WAITING = text("token IS NULL AND dead_at IS NULL")
ALIVE = text("dead_at IS NULL")
Index(
    "ix_jobs_due",
    jobs.c.queue,
    jobs.c.run_at,
    jobs.c.id,
    sqlite_where=ALIVE,
    postgresql_where=ALIVE,
)
Index(
    "uq_jobs_waiting",
    jobs.c.unique_key,
    unique=True,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
)

"""The first schema."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Serial, Time

revision = "0001"
down_revision = None


def upgrade() -> None:
    _accounts()
    _envelopes()
    _documents()
    _tasks()
    _evidence()
    _messages()
    _webhooks()
    _repeats()
    _jobs()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("email", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("settings", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_table(
        "credentials",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("api", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("description", CleanText(), nullable=False),
        sa.Column("environment", CleanText(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("revoked_at", Time, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_credentials_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credentials"),
        sa.UniqueConstraint("account_id", "api", "name", name="uq_credentials_account_id_api_name"),
        sa.UniqueConstraint("secret_hash", name="uq_credentials_secret_hash"),
    )


def _envelopes() -> None:
    op.create_table(
        "envelopes",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("credential_id", CleanText(), nullable=False),
        sa.Column("origin", CleanText(), nullable=False),
        sa.Column("environment", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("folded_name", CleanText(), nullable=False),
        sa.Column("sender_name", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.Column("status", CleanText(), nullable=False),
        sa.Column("settings", Json(), nullable=False),
        sa.Column("sender", Json(), nullable=False),
        sa.Column("due_at", Time, nullable=True),
        sa.Column("completed_at", Time, nullable=True),
        sa.Column("failure", CleanText(), nullable=True),
        sa.Column("extras", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("chain_length", sa.Integer(), nullable=False),
        sa.Column("chain_head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_envelopes"),
    )
    op.create_index(
        "ix_envelopes_newest_of_account", "envelopes", ["account_id", "created_at", "id"]
    )
    op.create_index(
        "ix_envelopes_newest_of_credential", "envelopes", ["credential_id", "created_at", "id"]
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_audit", sa.Boolean(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("media_type", CleanText(), nullable=False),
        sa.Column("upload_sha256", sa.String(length=64), nullable=False),
        sa.Column("upload_size", sa.BigInteger(), nullable=False),
        sa.Column("pages", Json(), nullable=False),
        sa.Column("base_key", CleanText(), nullable=False),
        sa.Column("base_sha256", sa.String(length=64), nullable=True),
        sa.Column("base_size", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelopes.id"], name="fk_documents_envelope_id"),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
    )
    op.create_index("ix_documents_envelope_id_position", "documents", ["envelope_id", "position"])
    op.create_table(
        "segments",
        sa.Column("document_id", CleanText(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", CleanText(), nullable=False),
        sa.Column("task_id", CleanText(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("chain", Json(), nullable=False),
        sa.Column("facts", Json(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_segments_document_id"),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_segments"),
    )
    op.create_table(
        "bases",
        sa.Column("key", CleanText(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", Json(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_bases"),
    )


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("email", CleanText(), nullable=True),
        sa.Column("phone", CleanText(), nullable=True),
        sa.Column("fields", Json(), nullable=False),
        sa.Column("after", Json(), nullable=False),
        sa.Column("methods", Json(), nullable=False),
        sa.Column("identity", Json(), nullable=False),
        sa.Column("identified", Json(), nullable=False),
        sa.Column("language", CleanText(), nullable=False),
        sa.Column("status", CleanText(), nullable=False),
        sa.Column("due_at", Time, nullable=True),
        sa.Column("opened_at", Time, nullable=True),
        sa.Column("completed_at", Time, nullable=True),
        sa.Column("reminded_at", Time, nullable=True),
        sa.Column("declined_reason", CleanText(), nullable=True),
        sa.Column("act", Json(), nullable=True),
        sa.Column("extras", Json(), nullable=False),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelopes.id"], name="fk_tasks_envelope_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
    )
    op.create_index("ix_tasks_envelope_id_position", "tasks", ["envelope_id", "position"])
    op.create_table(
        "task_documents",
        sa.Column("task_id", CleanText(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document_id", CleanText(), nullable=False),
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("action", CleanText(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_task_documents_task_id"),
        sa.PrimaryKeyConstraint("task_id", "position", name="pk_task_documents"),
    )
    op.create_index("ix_task_documents_envelope_id", "task_documents", ["envelope_id"])


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("kind", CleanText(), nullable=False),
        sa.Column("task_id", CleanText(), nullable=True),
        sa.Column("document_id", CleanText(), nullable=True),
        sa.Column("data", Json(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelopes.id"], name="fk_evidence_envelope_id"),
        sa.PrimaryKeyConstraint("envelope_id", "number", name="pk_evidence"),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("key", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("task_id", CleanText(), nullable=True),
        sa.Column("channel", CleanText(), nullable=False),
        sa.Column("recipient", CleanText(), nullable=False),
        sa.Column("subject", CleanText(), nullable=False),
        sa.Column("text", CleanText(), nullable=False),
        sa.Column("html", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("sender_name", CleanText(), nullable=False),
        sa.Column("status", CleanText(), nullable=False),
        sa.Column("reply", CleanText(), nullable=False),
        sa.Column("accepted_at", Time, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("key", name="uq_messages_key"),
    )
    op.create_index("ix_messages_created_at", "messages", ["created_at"])
    op.create_index("ix_messages_envelope_id", "messages", ["envelope_id"])


def _webhooks() -> None:
    op.create_table(
        "endpoints",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("api", CleanText(), nullable=False),
        sa.Column("url", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("credential_id", CleanText(), nullable=True),
        sa.Column("slot", CleanText(), nullable=False),
        sa.Column("events", Json(), nullable=False),
        sa.Column("headers", Json(), nullable=False),
        sa.Column("secret", CleanText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_endpoints"),
    )
    op.create_index("ix_endpoints_account_id_api", "endpoints", ["account_id", "api"])
    op.create_index(
        "uq_endpoints_slot",
        "endpoints",
        ["credential_id", "slot"],
        unique=True,
        sqlite_where=sa.text("slot <> ''"),
        postgresql_where=sa.text("slot <> ''"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("endpoint_id", CleanText(), nullable=False),
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("event", CleanText(), nullable=False),
        sa.Column("url", CleanText(), nullable=False),
        sa.Column("body", CleanText(), nullable=False),
        sa.Column("headers", Json(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("status", CleanText(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index(
        "ix_deliveries_envelope_id_created_at", "deliveries", ["envelope_id", "created_at"]
    )
    op.create_table(
        "attempts",
        sa.Column("delivery_id", CleanText(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("outcome", CleanText(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_attempts_delivery_id"),
        sa.PrimaryKeyConstraint("delivery_id", "number", name="pk_attempts"),
    )


def _repeats() -> None:
    op.create_table(
        "repeats",
        sa.Column("credential_id", CleanText(), nullable=False),
        sa.Column("key", CleanText(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("resource_id", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("credential_id", "key", name="pk_repeats"),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("queue", CleanText(), nullable=False),
        sa.Column("kind", CleanText(), nullable=False),
        sa.Column("args", Json(), nullable=False),
        sa.Column("run_at", Time, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", CleanText(), nullable=True),
        sa.Column("unique_key", CleanText(), nullable=True),
        sa.Column("error", CleanText(), nullable=True),
        sa.Column("dead_at", Time, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index(
        "ix_jobs_due",
        "jobs",
        ["queue", "run_at", "id"],
        sqlite_where=sa.text("dead_at IS NULL"),
        postgresql_where=sa.text("dead_at IS NULL"),
    )
    op.create_index(
        "uq_jobs_waiting",
        "jobs",
        ["unique_key"],
        unique=True,
        sqlite_where=sa.text("token IS NULL AND dead_at IS NULL"),
        postgresql_where=sa.text("token IS NULL AND dead_at IS NULL"),
    )
    op.create_table(
        "sandbox_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offset_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sandbox_clock"),
    )

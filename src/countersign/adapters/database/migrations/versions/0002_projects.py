"""Projects, templates, and what lists of envelopes need."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import ByCodePoint, CleanText, Json, Time

revision = "0002"
down_revision = "0001"

IN_A_PROJECT = sa.text("project_id IS NOT NULL")
LISTS = {
    "newest": ["project_id", "created_at", "id"],
    "created": ["project_id", "status", "begun", "created_at", "id"],
    "updated": ["project_id", "status", "begun", "updated_at", "id"],
    "named": ["project_id", "status", "begun", "folded_name", "id"],
}
BEGUN = """
UPDATE envelopes SET begun = true WHERE EXISTS (
  SELECT 1 FROM tasks JOIN task_documents ON task_documents.task_id = tasks.id
   WHERE tasks.envelope_id = envelopes.id
     AND tasks.status = 'completed' AND task_documents.action = 'sign')
"""
# What every account is born with since this version
STANDARD = (("Standard Signing", ["drawn", "typed", "click"]), ("eID Signing", ["bankid_se"]))


def upgrade() -> None:
    _projects()
    _templates()
    _envelopes()
    _counts()
    _default_projects()


def _projects() -> None:
    op.create_table(
        "projects",
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("folded_name", ByCodePoint, nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.Column("settings", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_projects_account_id"),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_projects"),
    )


def _templates() -> None:
    op.create_table(
        "templates",
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("description", CleanText(), nullable=False),
        sa.Column("upload_sha256", sa.String(length=64), nullable=False),
        sa.Column("upload_size", sa.BigInteger(), nullable=False),
        sa.Column("file_name", CleanText(), nullable=False),
        sa.Column("pages", Json(), nullable=False),
        sa.Column("roles", Json(), nullable=False),
        sa.Column("fields", Json(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_templates_account_id"),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_templates"),
    )


def _envelopes() -> None:
    op.add_column("envelopes", sa.Column("project_id", CleanText()))
    begun: sa.Column[bool] = sa.Column(
        "begun", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("envelopes", begun)
    op.execute(BEGUN)
    if op.get_context().dialect.name == "postgresql":
        op.execute('ALTER TABLE envelopes ALTER COLUMN folded_name TYPE TEXT COLLATE "C"')
    for name, columns in LISTS.items():
        op.create_index(
            f"ix_envelopes_project_{name}",
            "envelopes",
            columns,
            sqlite_where=IN_A_PROJECT,
            postgresql_where=IN_A_PROJECT,
        )


def _counts() -> None:
    op.create_table(
        "envelope_counts",
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("project_id", CleanText(), nullable=False),
        sa.Column("origin", CleanText(), nullable=False),
        sa.Column("environment", CleanText(), nullable=False),
        sa.Column("status", CleanText(), nullable=False),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "project_id"],
            ["projects.account_id", "projects.id"],
            name="fk_envelope_counts_account_id",
        ),
        sa.PrimaryKeyConstraint(
            "account_id",
            "project_id",
            "origin",
            "environment",
            "status",
            "begun",
            "slot",
            name="pk_envelope_counts",
        ),
    )


def _default_projects() -> None:
    """For the accounts that are there already."""
    connection, now = op.get_bind(), datetime.now(UTC)
    projects = sa.table("projects", *(sa.column(name) for name in _row("", "", [])))
    projects.c.created_at.type = projects.c.updated_at.type = Time
    accounts = connection.execute(sa.text("SELECT id FROM accounts")).scalars().all()
    rows = [_row(id, *standard) for id in accounts for standard in STANDARD]
    if rows:
        times = {"created_at": now, "updated_at": now}
        op.bulk_insert(projects, [row | times for row in rows])


def _row(account_id: str, name: str, methods: list[str]) -> dict[str, object]:
    return {
        "account_id": account_id,
        "id": str(uuid4()),
        "name": name,
        "folded_name": name.casefold(),
        "is_default": True,
        "created_at": None,
        "updated_at": None,
        "settings": json.dumps({"methods": methods}),
        "version": 0,
    }

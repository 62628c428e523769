"""Tasks that touch several envelopes, that are listed, and that come later."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import ByCodePoint, CleanText, Json, Time

revision = "0007"
down_revision = "0006"

LISTED = sa.text("guest_of IS NULL AND title <> '' AND NOT removed")
LISTS = {
    "created": ["account_id", "created_at", "id"],
    "due": ["account_id", "due_at", "id"],
    "state": ["account_id", "status", "created_at", "id"],
    "state_due": ["account_id", "status", "due_at", "id"],
}
ACCOUNT = """UPDATE tasks SET account_id =
(SELECT envelopes.account_id FROM envelopes WHERE envelopes.id = tasks.envelope_id)"""


def upgrade() -> None:
    for column in _columns():
        op.add_column("tasks", column)
    op.execute(ACCOUNT)
    _index("guest_of", ["guest_of"], sa.text("guest_of IS NOT NULL"))
    for name, columns in LISTS.items():
        _index(f"listed_{name}", columns, LISTED)
    _stored_files()
    _packages()


def _stored_files() -> None:
    op.create_table(
        "stored_files",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("kind", CleanText(), nullable=False),
        sa.Column("media_type", CleanText(), nullable=False),
        sa.Column("parts", Json(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("pages", Json(), nullable=False),
        sa.Column("filename", CleanText(), nullable=False),
        sa.Column("title", CleanText(), nullable=False),
        sa.Column("description", CleanText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stored_files"),
    )
    op.create_table(
        "file_uses",
        sa.Column("file_id", CleanText(), nullable=False),
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("document_id", CleanText(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "envelope_id", name="pk_file_uses"),
    )
    op.create_index("ix_file_uses_envelope_id", "file_uses", ["envelope_id"])


def _packages() -> None:
    op.create_table(
        "packages",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("task_id", CleanText(), nullable=True),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("status", CleanText(), nullable=False),
        sa.Column("file_id", CleanText(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_packages"),
    )
    op.create_index("ix_packages_envelope_id", "packages", ["envelope_id"])


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("guest_of", CleanText(), nullable=True),
        sa.Column("account_id", CleanText(), nullable=False, server_default=""),
        sa.Column("title", CleanText(), nullable=False, server_default=""),
        sa.Column("folded_title", ByCodePoint, nullable=False, server_default=""),
        sa.Column("created_at", Time, nullable=True),
        sa.Column("link_expires_at", Time, nullable=True),
        sa.Column("sign_text", CleanText(), nullable=False, server_default=""),
        sa.Column("packaged", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("removed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("redirects", Json(), nullable=False, server_default="{}"),
        sa.Column("identity_choice", Json(), nullable=False, server_default="[]"),
    ]


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(
        f"ix_tasks_{name}", "tasks", columns, sqlite_where=where, postgresql_where=where
    )

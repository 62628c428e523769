"""The dashboard: members and how they sign in, what they did, and how their lists are read."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Serial, Time

revision = "0018"
down_revision = "0017"

SHA256 = sa.String(64)
HAS_JOINED = sa.text("joined_at IS NOT NULL")


def upgrade() -> None:
    _members()
    _signing_in()
    _doing()
    op.create_index(
        "ix_envelopes_state_of_account",
        "envelopes",
        ["account_id", "status", "created_at", "id", "origin", "folded_name"],
    )
    op.create_index("ix_tasks_email", "tasks", ["email"])


def _members() -> None:
    op.create_table(
        "members",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("email", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("role", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("joined_at", Time),
        sa.Column("operator", sa.Boolean(), nullable=False),
        sa.Column("password_hash", CleanText(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=False),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("recovery", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_members_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
        sa.UniqueConstraint("account_id", "email", name="uq_members_account_id_email"),
    )
    op.create_index(
        "uq_members_joined",
        "members",
        ["email"],
        unique=True,
        sqlite_where=HAS_JOINED,
        postgresql_where=HAS_JOINED,
    )


def _signing_in() -> None:
    _of_members(
        "sessions",
        sa.Column("id", SHA256, nullable=False),
        sa.Column("how", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("seen_at", Time, nullable=False),
        sa.Column("ip", CleanText(), nullable=False),
        sa.Column("user_agent", CleanText(), nullable=False),
    )
    op.create_table(
        "tickets",
        sa.Column("id", SHA256, nullable=False),
        sa.Column("purpose", CleanText(), nullable=False),
        sa.Column("member_id", CleanText()),
        sa.Column("browser", CleanText(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
    )
    op.create_index("ix_tickets_expires_at", "tickets", ["expires_at"])
    _of_members(
        "passkeys",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("public_key", CleanText(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("used_at", Time),
    )
    op.create_table(
        "guesses",
        sa.Column("key", SHA256, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", Time),
        sa.PrimaryKeyConstraint("key", name="pk_guesses"),
    )
    op.create_index("ix_guesses_tried_at", "guesses", ["tried_at"])


def _doing() -> None:
    op.create_table(
        "audit_log",
        sa.Column("number", Serial, autoincrement=True, nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("who", CleanText(), nullable=False),
        sa.Column("action", CleanText(), nullable=False),
        sa.Column("about", CleanText(), nullable=False),
        sa.Column("ip", CleanText(), nullable=False),
        sa.Column("user_agent", CleanText(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_account_id_number", "audit_log", ["account_id", "number"])
    _of_members(
        "saved_views",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("query", Json(), nullable=False),
    )


def _of_members(name: str, *columns: sa.Column) -> None:  # type: ignore[type-arg]
    first, *rest = columns
    op.create_table(
        name,
        first,
        sa.Column("member_id", CleanText(), nullable=False),
        *rest,
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=f"fk_{name}_member_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_member_id", name, ["member_id"])

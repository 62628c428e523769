"""The tables of the dashboard. What is known about members stands in members, sessions and
audit_log only; the audit log is never changed."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    text,
)

from countersign.adapters.database.tables import ID, SHA256, accounts, metadata
from countersign.adapters.database.types import CleanText, Json, Serial, Time

members = Table(
    "members",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account_id", ForeignKey(accounts.c.id), nullable=False),
    Column("email", CleanText, nullable=False),
    Column("name", CleanText, nullable=False),
    Column("role", CleanText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("joined_at", Time),
    Column("operator", Boolean, nullable=False),
    Column("password_hash", CleanText, nullable=False),
    Column("totp_secret", LargeBinary, nullable=False),  # closed
    Column("totp_step", Integer, nullable=False),
    Column("recovery", Json, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("account_id", "email"),
)
HAS_JOINED = text("joined_at IS NOT NULL")
Index(
    "uq_members_joined",
    members.c.email,
    unique=True,
    sqlite_where=HAS_JOINED,
    postgresql_where=HAS_JOINED,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", SHA256, primary_key=True),
    Column("member_id", ForeignKey(members.c.id), nullable=False),
    Column("how", CleanText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("seen_at", Time, nullable=False),
    Column("ip", CleanText, nullable=False),
    Column("user_agent", CleanText, nullable=False),
    Index(None, "member_id"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", SHA256, primary_key=True),
    Column("purpose", CleanText, nullable=False),
    Column("member_id", ID),
    Column("browser", CleanText, nullable=False),
    Column("data", LargeBinary, nullable=False),  # closed
    Column("expires_at", Time, nullable=False),
    Index(None, "expires_at"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", CleanText, primary_key=True),
    Column("member_id", ForeignKey(members.c.id), nullable=False),
    Column("name", CleanText, nullable=False),
    Column("public_key", CleanText, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("used_at", Time),
    Index(None, "member_id"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("account_id", ID, nullable=False),
    Column("at", Time, nullable=False),
    Column("who", CleanText, nullable=False),
    Column("action", CleanText, nullable=False),
    Column("about", CleanText, nullable=False),
    Column("ip", CleanText, nullable=False),
    Column("user_agent", CleanText, nullable=False),
    Column("place", Integer, nullable=False, server_default="0"),
    Column("hash", SHA256, nullable=False, server_default=""),
    Index(None, "account_id", "number"),
    Index("uq_audit_log_place", "account_id", "place", unique=True),
)

# The end of each account's chain of entries; whoever appends holds its row
audit_heads = Table(
    "audit_heads",
    metadata,
    Column("account_id", ID, primary_key=True),
    Column("length", Integer, nullable=False),
    Column("head", SHA256, nullable=False),
)

# How often somebody at one place tried to be one member
guesses = Table(
    "guesses",
    metadata,
    Column("key", SHA256, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("tried_at", Time),
    Index(None, "tried_at"),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", ID, primary_key=True),
    Column("member_id", ForeignKey(members.c.id), nullable=False),
    Column("name", CleanText, nullable=False),
    Column("query", Json, nullable=False),
    Index(None, "member_id"),
)

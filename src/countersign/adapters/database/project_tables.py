"""The tables of projects and templates, and what lists of envelopes and of tasks need."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    false,
    text,
)

from countersign.adapters.database.tables import ID, SHA256, accounts, envelopes, metadata
from countersign.adapters.database.types import ByCodePoint, CleanText, Json, Serial, Time

projects = Table(
    "projects",
    metadata,
    Column("account_id", ForeignKey(accounts.c.id), primary_key=True),
    Column("id", ID, primary_key=True),
    Column("name", CleanText, nullable=False),
    Column("folded_name", ByCodePoint, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("settings", Json, nullable=False),
    Column("version", Integer, nullable=False),
)

templates = Table(
    "templates",
    metadata,
    Column("account_id", ForeignKey(accounts.c.id), primary_key=True),
    Column("id", ID, primary_key=True),
    Column("name", CleanText, nullable=False),
    Column("description", CleanText, nullable=False),
    Column("upload_sha256", SHA256, nullable=False),
    Column("upload_size", BigInteger, nullable=False),
    Column("file_name", CleanText, nullable=False),
    Column("pages", Json, nullable=False),
    Column("roles", Json, nullable=False),
    Column("fields", Json, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("version_of", ID),  # an older version has an id of its own
    Index(None, "version_of"),
)

interfaces = Table(
    "interfaces",
    metadata,
    Column("account_id", ForeignKey(accounts.c.id), primary_key=True),
    Column("name", CleanText, primary_key=True),
    Column("created_at", Time, nullable=False),
    Column("branding", Json, nullable=False),
    Column("hidden", Json, nullable=False),
    Column("skip_intro", Boolean, nullable=False),
    Column("identify_first", Boolean, nullable=False, server_default=false()),
)

# What is searched by name. SQLite never numbers two alike, not even after a removal
envelope_names = Table(
    "envelope_names",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("envelope_id", ForeignKey(envelopes.c.id, ondelete="CASCADE"), nullable=False),
    Column("project_id", ID, nullable=False),
    Column("folded_name", ByCodePoint, nullable=False),
    Index(None, "envelope_id"),
    sqlite_autoincrement=True,
)
# One row: all names up to this number are in SQLite's index
indexed_names = Table(
    "indexed_names",
    metadata,
    Column("up_to", BigInteger, primary_key=True, autoincrement=False),
)

# What lists of a project read, from either end: all of it, or the envelopes of one state
IN_A_PROJECT = text("project_id IS NOT NULL")
PROJECT_LISTS = {
    "newest": ("project_id", "created_at", "id"),
    "created": ("project_id", "status", "begun", "created_at", "id"),
    "updated": ("project_id", "status", "begun", "updated_at", "id"),
    "named": ("project_id", "status", "begun", "folded_name", "id"),
}
for list_name, columns in PROJECT_LISTS.items():
    Index(
        f"ix_envelopes_project_{list_name}",
        *(envelopes.c[column] for column in columns),
        sqlite_where=IN_A_PROJECT,
        postgresql_where=IN_A_PROJECT,
    )

# How many envelopes a project has in each state: the sum over `slot`, several of which there are
# so that writers seldom wait for each other. The foreign key is what keeps envelopes out of
# projects that are not there or somebody else's
envelope_counts = Table(
    "envelope_counts",
    metadata,
    Column("account_id", ID, primary_key=True),
    Column("project_id", ID, primary_key=True),
    Column("origin", CleanText, primary_key=True),
    Column("environment", CleanText, primary_key=True),
    Column("status", CleanText, primary_key=True),
    Column("begun", Boolean, primary_key=True),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    ForeignKeyConstraint(["account_id", "project_id"], [projects.c.account_id, projects.c.id]),
)

# The same for the listed tasks of an account. Day -1 counts all of a state, the others, days since
# 1970, those that are due then
task_counts = Table(
    "task_counts",
    metadata,
    Column("account_id", ID, primary_key=True),
    Column("status", CleanText, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("origin", CleanText, primary_key=True),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
)

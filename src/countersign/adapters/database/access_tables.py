"""The tables of access roles and of what an account requires of members who sign in."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, UniqueConstraint

from countersign.adapters.database.member_tables import members
from countersign.adapters.database.tables import ID, accounts, metadata
from countersign.adapters.database.types import ByCodePoint, CleanText

access_roles = Table(
    "access_roles",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account_id", ForeignKey(accounts.c.id), nullable=False),
    Column("name", CleanText, nullable=False),
    Column("folded_name", ByCodePoint, nullable=False),
    UniqueConstraint("account_id", "folded_name"),
)

access_role_members = Table(
    "access_role_members",
    metadata,
    Column("role_id", ForeignKey(access_roles.c.id), primary_key=True),
    Column("member_id", ForeignKey(members.c.id), primary_key=True),
    Index(None, "member_id"),
)

# Roles and senders by whom an envelope may be seen. A viewer that is gone lets nobody in, and the
# row stays, so that nothing opens by itself. Written before the envelope, hence no foreign key
envelope_access = Table(
    "envelope_access",
    metadata,
    Column("envelope_id", ID, primary_key=True),
    Column("viewer_id", ID, primary_key=True),
    Column("is_sender", Boolean, primary_key=True),
    Index(None, "viewer_id", "envelope_id"),
)

sign_in_rules = Table(
    "sign_in_rules",
    metadata,
    Column("account_id", ForeignKey(accounts.c.id), primary_key=True),
)

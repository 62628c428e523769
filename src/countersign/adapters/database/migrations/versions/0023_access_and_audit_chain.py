"""Who may see an envelope; single sign-on for all; the members' audit log as a chain."""

from itertools import groupby

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Serial, Time
from countersign.domain.audit_chain import GENESIS, entry_hash
from countersign.domain.member import AuditEntry

revision = "0023"
down_revision = "0022"

SHA256 = sa.String(64)
BY_CODE_POINT = CleanText().with_variant(CleanText(collation="C"), "postgresql")
ENTRIES = sa.table(
    "audit_log",
    sa.column("number", Serial),
    sa.column("account_id", CleanText()),
    sa.column("at", Time),
    sa.column("who", CleanText()),
    sa.column("action", CleanText()),
    sa.column("about", CleanText()),
    sa.column("ip", CleanText()),
    sa.column("user_agent", CleanText()),
    sa.column("place", sa.Integer()),
    sa.column("hash", SHA256),
)
HEADS = sa.table(
    "audit_heads",
    sa.column("account_id", CleanText()),
    sa.column("length", sa.Integer()),
    sa.column("head", SHA256),
)
TOLD = ("account_id", "at", "who", "action", "about", "ip", "user_agent")


def upgrade() -> None:
    _access()
    op.create_table(
        "sign_in_rules",
        sa.Column("account_id", CleanText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_sign_in_rules_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_sign_in_rules"),
    )
    _chain()


def _access() -> None:
    op.create_table(
        "access_roles",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("folded_name", BY_CODE_POINT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_access_roles_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_roles"),
        sa.UniqueConstraint(
            "account_id", "folded_name", name="uq_access_roles_account_id_folded_name"
        ),
    )
    op.create_table(
        "access_role_members",
        sa.Column("role_id", CleanText(), nullable=False),
        sa.Column("member_id", CleanText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["access_roles.id"], name="fk_access_role_members_role_id"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_access_role_members_member_id"
        ),
        sa.PrimaryKeyConstraint("role_id", "member_id", name="pk_access_role_members"),
    )
    op.create_index("ix_access_role_members_member_id", "access_role_members", ["member_id"])
    op.create_table(
        "envelope_access",
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("viewer_id", CleanText(), nullable=False),
        sa.Column("is_sender", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("envelope_id", "viewer_id", "is_sender", name="pk_envelope_access"),
    )

    op.create_index(
        "ix_envelope_access_viewer_id_envelope_id", "envelope_access", ["viewer_id", "envelope_id"]
    )
    restricted: sa.Column[bool] = sa.Column(
        "restricted", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("envelopes", restricted)
    op.drop_index("ix_envelopes_state_of_account", "envelopes")
    names = ["account_id", "status", "created_at", "id", "origin", "folded_name", "restricted"]
    op.create_index("ix_envelopes_state_of_account", "envelopes", names)


def _chain() -> None:
    """What was recorded before is chained as it is now."""
    op.create_table(
        "audit_heads",
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", SHA256, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_audit_heads"),
    )
    op.add_column("audit_log", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("audit_log", sa.Column("hash", SHA256, nullable=False, server_default=""))
    connection = op.get_bind()
    order = sa.select(ENTRIES).order_by(ENTRIES.c.account_id, ENTRIES.c.number)
    rows = connection.execute(order).all()
    for account_id, found in groupby(rows, key=lambda row: row.account_id):
        place, head = 0, GENESIS
        for place, row in enumerate(found, start=1):
            entry = AuditEntry(**{name: getattr(row, name) for name in TOLD})
            head = entry_hash(place, entry, head)
            own = ENTRIES.c.number == row.number
            connection.execute(sa.update(ENTRIES).where(own).values(place=place, hash=head))
        values = {"account_id": account_id, "length": place, "head": head}
        connection.execute(sa.insert(HEADS), values)
    op.create_index("uq_audit_log_place", "audit_log", ["account_id", "place"], unique=True)

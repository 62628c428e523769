"""What is kept how long, who uses which content, how keys are used, exports of accounts."""

import json

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Time

revision = "0022"
down_revision = "0021"

SHA256 = sa.String(64)
HAS_IMAGE = sa.text("image_sha256 IS NOT NULL")
# The image of an act, in its JSON
IMAGES = {
    "sqlite": "json_extract(act, '$.image[0]')",
    "postgresql": "act::json -> 'image' ->> 0",
}


def upgrade() -> None:
    _contents()
    _keys()
    _keeping()
    _exports()
    _known_contents()


def _contents() -> None:
    op.create_table(
        "content_uses",
        sa.Column("sha256", SHA256, nullable=False),
        sa.Column("owner_id", CleanText(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "owner_id", name="pk_content_uses"),
    )
    op.create_index("ix_content_uses_owner_id", "content_uses", ["owner_id"])
    op.create_index("ix_segments_sha256", "segments", ["sha256"])
    op.create_index("ix_bases_sha256", "bases", ["sha256"])
    op.add_column("tasks", sa.Column("image_sha256", SHA256, nullable=True))
    image = IMAGES[op.get_bind().dialect.name]
    op.execute(f"UPDATE tasks SET image_sha256 = {image} WHERE act IS NOT NULL")
    op.create_index(
        "ix_tasks_image_sha256",
        "tasks",
        ["image_sha256"],
        sqlite_where=HAS_IMAGE,
        postgresql_where=HAS_IMAGE,
    )


def _keys() -> None:
    op.create_table(
        "old_secrets",
        sa.Column("secret_hash", SHA256, nullable=False),
        sa.Column("credential_id", CleanText(), nullable=False),
        sa.Column("until", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credentials.id"], name="fk_old_secrets_credential_id"
        ),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_old_secrets"),
    )
    op.create_index("ix_old_secrets_credential_id", "old_secrets", ["credential_id"])
    op.create_table(
        "credential_usage",
        sa.Column("credential_id", CleanText(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("last_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("credential_id", "day", name="pk_credential_usage"),
    )


def _keeping() -> None:
    _of_account(
        "retention_rules",
        ["account_id"],
        sa.Column("completed_days", sa.Integer()),
        sa.Column("unfinished_days", sa.Integer()),
        sa.Column("seen_at", Time),
        sa.Column("seen_id", CleanText(), nullable=False),
    )
    _of_account(
        "holds",
        ["account_id", "envelope_id"],
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("reason", CleanText(), nullable=False),
        sa.Column("set_by", CleanText(), nullable=False),
        sa.Column("set_at", Time, nullable=False),
    )


def _exports() -> None:
    _of_account(
        "exports",
        ["id"],
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("asked_by", CleanText(), nullable=False),
        sa.Column("asked_at", Time, nullable=False),
        sa.Column("status", CleanText(), nullable=False),
        sa.Column("sha256", SHA256),
        sa.Column("size", sa.BigInteger()),
        sa.Column("ready_at", Time),
        sa.Column("expires_at", Time),
    )
    op.create_index("ix_exports_account_id_asked_at", "exports", ["account_id", "asked_at"])


def _of_account(name: str, key: list[str], *columns: sa.Column) -> None:  # type: ignore[type-arg]
    op.create_table(
        name,
        sa.Column("account_id", CleanText(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=f"fk_{name}_account_id"),
        sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
    )


def _known_contents() -> None:
    """What was stored before. Parts of results stay with the envelopes that they are of."""
    found = {(sha256, id) for id, parts in _rows("archived_files", "parts") for sha256, _ in parts}
    packaged = "id IN (SELECT file_id FROM packages)"
    for id, parts in _rows("stored_files", "parts", packaged):
        found |= {(sha256, id) for sha256, _ in parts}
    for _, settings in _rows("projects", "settings"):
        found |= _logo(settings.get("branding"))
    for _, branding in _rows("interfaces", "branding", id="name"):
        found |= _logo(branding)
    for id, data in _rows("evidence", "data", "kind = 'document_uploaded'", "envelope_id"):
        came = data.get("came_as") or data
        found |= {(data["sha256"], id), (came["sha256"], id)}
    if found:
        table = sa.table("content_uses", sa.column("sha256"), sa.column("owner_id"))
        op.bulk_insert(table, [{"sha256": one, "owner_id": id} for one, id in sorted(found)])


def _logo(branding: dict[str, list[str]] | None) -> set[tuple[str, str]]:
    logo = (branding or {}).get("logo")
    return {(logo[0], "logo")} if logo else set()


def _rows(table: str, column: str, where: str = "1 = 1", id: str = "id"):  # type: ignore[no-untyped-def]
    rows = op.get_bind().execute(sa.text(f"SELECT {id}, {column} FROM {table} WHERE {where}"))
    return [(row[0], json.loads(row[1])) for row in rows]

"""How many listed tasks are in which state, and indexes that hold all that lists ask of a task."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText

revision = "0011"
down_revision = "0010"

LISTED = sa.text("guest_of IS NULL AND title <> '' AND NOT removed")
LISTS = {
    "state": ["account_id", "status", "created_at", "id", "due_at"],
    "state_due": ["account_id", "status", "due_at", "id", "created_at"],
}
DAY = {
    "sqlite": "tasks.due_at / 86400000000",
    "postgresql": "CAST(floor(extract(epoch FROM tasks.due_at) / 86400) AS integer)",
}
COUNT = """
INSERT INTO task_counts (account_id, status, day, origin, slot, count)
SELECT tasks.account_id, tasks.status, {day}, envelopes.origin, 0, count(*)
  FROM tasks JOIN envelopes ON envelopes.id = tasks.envelope_id
 WHERE tasks.guest_of IS NULL AND tasks.title <> '' AND NOT tasks.removed {which}
 GROUP BY 1, 2, 3, 4"""


def upgrade() -> None:
    op.create_table(
        "task_counts",
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("status", CleanText(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("origin", CleanText(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "account_id", "status", "day", "origin", "slot", name="pk_task_counts"
        ),
    )
    for name, columns in LISTS.items():
        op.drop_index(f"ix_tasks_listed_{name}", "tasks")
        op.create_index(
            f"ix_tasks_listed_{name}",
            "tasks",
            columns,
            sqlite_where=LISTED,
            postgresql_where=LISTED,
        )
    op.execute(COUNT.format(day="-1", which=""))
    day = DAY[op.get_bind().dialect.name]
    op.execute(COUNT.format(day=day, which="AND tasks.due_at IS NOT NULL"))

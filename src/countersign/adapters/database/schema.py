"""Every table there is: who has this `metadata` has imported them all."""

from countersign.adapters.database import (
    access_tables,
    batch_tables,
    draft_tables,
    form_tables,
    identity_tables,
    installation,
    keeping_tables,
    member_tables,
    notice_tables,
    project_tables,
    sandbox_clock,
    stored_file_tables,
)
from countersign.adapters.database.tables import metadata

__all__ = [
    "access_tables",
    "batch_tables",
    "draft_tables",
    "form_tables",
    "identity_tables",
    "installation",
    "keeping_tables",
    "member_tables",
    "metadata",
    "notice_tables",
    "project_tables",
    "sandbox_clock",
    "stored_file_tables",
]

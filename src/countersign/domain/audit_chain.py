"""The hash chain of an account's audit log: every entry is bound to all that went before it.

As the evidence of envelopes (evidence.py): SHA-256 over canonical JSON of the entry with the hash
of the one before. What is checked are the entries and how many there are, so that neither a changed
one goes unnoticed nor one that was taken away, be it the last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from countersign.domain.evidence import GENESIS
from countersign.domain.member import AuditEntry

__all__ = ["GENESIS", "AuditHead", "AuditState", "check_chain", "entry_hash"]


@dataclass(frozen=True, slots=True)
class AuditHead:
    """How many entries there are, and the hash of the last one."""

    length: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class AuditState:
    """What a check found: `broken` is the place of the first entry that is not what was recorded,
    None when all are."""

    head: AuditHead
    broken: int | None = None


def entry_hash(place: int, entry: AuditEntry, previous: str) -> str:
    """Hex SHA-256 of the entry at a place (from 1) of its account's log."""
    body = {
        "account": entry.account_id,
        "place": place,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "who": entry.who,
        "action": entry.action,
        "about": entry.about,
        "ip": entry.ip,
        "user_agent": entry.user_agent,
        "previous": previous,
    }
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def check_chain(entries: Iterable[AuditEntry], recorded: AuditHead) -> AuditState:
    """`entries` are all of one account up to the `recorded` head, oldest first."""
    place, head = 0, GENESIS
    for place, entry in enumerate(entries, start=1):
        head = entry_hash(place, entry, head)
        if (entry.place, entry.hash) != (place, head):
            return AuditState(recorded, place)
    if AuditHead(place, head) != recorded:
        return AuditState(recorded, min(place, recorded.length) + 1)
    return AuditState(recorded)

"""The hash chain: every event is bound to all that went before it.

A link's hash is SHA-256 over the canonical JSON (RFC 8785 for the types used here: strings,
integers, booleans, null, lists, objects with sorted keys, no white space, UTF-8) of the link
without its own hash. The first link's `previous` is 64 zeros.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from countersign.domain.events import Event

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One event in its place; `number` counts from 1 within an envelope."""

    envelope_id: str
    number: int
    event: Event
    previous: str
    hash: str


def chain(envelope_id: str, number: int, head: str, events: Iterable[Event]) -> list[Link]:
    """Appends events after link `number` whose hash is `head`."""
    links = []
    for event in events:
        number += 1
        digest = link_hash(envelope_id, number, event, head)
        links.append(
            Link(envelope_id=envelope_id, number=number, event=event, previous=head, hash=digest)
        )
        head = digest
    return links


def link_hash(envelope_id: str, number: int, event: Event, previous: str) -> str:
    """Hex SHA-256 of one link."""
    body = record(envelope_id, number, event, previous)
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def record(envelope_id: str, number: int, event: Event, previous: str) -> Mapping[str, Any]:
    """A link as JSON values, the form in which it is hashed, exported and checked offline."""
    return {
        "envelope": envelope_id,
        "number": number,
        "at": timestamp(event.at),
        "kind": str(event.kind),
        "task": event.task_id,
        "document": event.document_id,
        "data": dict(event.data),
        "previous": previous,
    }


def timestamp(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, the one way time is written in evidence."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def broken_link(links: Iterable[Link]) -> Link | None:
    """The first link that does not follow from the one before, or None when all do."""
    head = GENESIS
    for number, link in enumerate(links, start=1):
        expected = link_hash(link.envelope_id, number, link.event, head)
        if (link.number, link.previous, link.hash) != (number, head, expected):
            return link
        head = link.hash
    return None

"""The vendors' APIs: each folder below is one dialect, a translation that decides nothing.

All have the same eight files: `__init__` declares the dialect, `api` is its application, `routes`
says parse → one use case → present, `schemas` holds the vendor's shapes in the vendor's spelling,
`translate` turns them into commands and views back into them, `errors` is a total table, `auth`
finds the caller and `webhooks` puts events into the vendor's words. Dialects never see each other;
what they share is here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from starlette.requests import Request

from countersign import httpkit
from countersign.domain.account import Caller
from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.envelope import Envelope
from countersign.domain.task import Visitor
from countersign.usecases.batch_ports import RowSender
from countersign.usecases.outside_ports import Call, Links, WebhookTranslator
from countersign.usecases.ports import Clock, Ports, Repeatable
from countersign.usecases.read_public_form import FilledForm


class Build(Protocol):
    def __call__(
        self, ports: Ports, runtime: httpkit.Runtime, *, largest_file: int
    ) -> httpkit.Dialect:
        """The dialect's application; `largest_file` is the limit for one upload, in bytes."""


class BeginForm(Protocol):
    def __call__(self, filled: FilledForm, ports: Ports, /) -> Envelope:
        """Sends what was filled in; the first task is theirs who did it. Raises Invalid, Conflict,
        UnusableFile, Unavailable."""


@dataclass(frozen=True, slots=True)
class Forms:
    """What a dialect that has forms says of them: which defaults are good (`check` raises Invalid,
    and returns what is to be kept), and how one begins that everybody may fill in."""

    check: Callable[[Any], Mapping[str, Any]]
    begin: BeginForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What app.py has to know of a dialect.

    `name` is the api of its credentials and the origin of its envelopes; its application answers
    everything below `prefixes` and describes itself at `docs`. `webhooks` makes its translator,
    whose download links live as long as the third argument says; `events` are the names that it
    tells, and `test_call` makes a call that says it is a test, where the vendor has such a thing.
    So with `forms`. `rows` makes envelopes of a file's rows, where it has forms or templates.
    """

    name: str
    prefixes: tuple[str, ...]
    docs: str
    build: Build
    webhooks: Callable[[Links, Clock, timedelta], WebhookTranslator]
    events: Collection[str]
    test_call: Callable[[WebhookEndpoint, datetime], Call] | None = None
    forms: Forms | None = None
    rows: RowSender | None = None


def visitor_of(request: Request) -> Visitor:
    """The program that calls."""
    client = httpkit.client_of(request)
    return Visitor(ip=client.ip, user_agent=client.user_agent, locale=client.locale)


def repeatable_of(caller: Caller, key: httpkit.Idempotency | None) -> Repeatable | None:
    """A creating request that may be sent again, None when the client gave it no key."""
    if key is None:
        return None
    return Repeatable(credential_id=caller.credential.id, key=key.key, fingerprint=key.fingerprint)

"""The dashboard's share of the composition root."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from countersign.adapters.server_facts import server_facts
from countersign.dialects import Dialect
from countersign.domain.draft import ORIGIN
from countersign.httpkit import Runtime
from countersign.pages.dashboard import api
from countersign.pages.dashboard.operator import Server
from countersign.pages.dashboard.sending.webhooks import EVENTS
from countersign.pages.verify import Verify

if TYPE_CHECKING:
    from countersign.app import Installation


def build_dashboard(
    installation: Installation, runtime: Runtime, verify: Verify, dialects: Sequence[Dialect]
) -> ASGIApp:
    """The application below `/dashboard`; `verify` says what a PDF's signatures say."""
    settings, clock = installation.settings, installation.ports.clock
    kind = installation.database.url.get_backend_name()
    facts = server_facts(settings.data, installation.keys, settings.tsa_urls, kind, clock)
    events = {dialect.name: tuple(dialect.events) for dialect in dialects} | {ORIGIN: EVENTS}
    server = Server(facts, installation.queue.counts)
    outside = api.Outside(verify, events, server, settings.max_upload_mb << 20)
    return api.build(installation.desk, runtime, outside)

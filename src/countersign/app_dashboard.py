"""The dashboard's share of the composition root."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from countersign import app_parts
from countersign.adapters.identity.openid.trial import OpenIdTrials
from countersign.adapters.seal_state import KeyringState
from countersign.adapters.server_facts import server_facts
from countersign.dialects import Dialect
from countersign.domain.draft import ORIGIN
from countersign.httpkit import Runtime
from countersign.pages.dashboard import api
from countersign.pages.dashboard.operator import Server
from countersign.pages.dashboard.sending.webhooks import EVENTS
from countersign.pages.dashboard.settings import Tools
from countersign.pages.signing.identity import CALLBACK
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
    tools = Tools(
        trials=OpenIdTrials(settings.public_url.rstrip("/") + CALLBACK, sandbox=settings.sandbox),
        mail=app_parts.mail_facts(settings),
        domains=app_parts.mail_domain(settings),
        sealing=KeyringState(installation.keyring),
    )
    outside = api.Outside(verify, events, server, tools, settings.max_upload_mb << 20)
    return api.build(installation.desk, runtime, outside)

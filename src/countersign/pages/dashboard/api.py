"""The dashboard as an application: all its operations, each with the right that it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp

from countersign.httpkit import About, Dialect, Operation, Runtime
from countersign.pages.dashboard.access import visit_from
from countersign.pages.dashboard.access_roles import AccessPage
from countersign.pages.dashboard.batches import Batches
from countersign.pages.dashboard.entering import Entrance
from countersign.pages.dashboard.envelope import EnvelopePage, Verify
from countersign.pages.dashboard.envelopes import EnvelopeList
from countersign.pages.dashboard.errors import EXPECTED, shape
from countersign.pages.dashboard.form_pages import FormPages
from countersign.pages.dashboard.keys import KeyPage
from countersign.pages.dashboard.operator import OperatorPage, Server
from countersign.pages.dashboard.own import OwnPage
from countersign.pages.dashboard.people import People
from countersign.pages.dashboard.programs import Events, Programs
from countersign.pages.dashboard.retention import RetentionPages
from countersign.pages.dashboard.same_origin import SameOrigin
from countersign.pages.dashboard.sending.routes import Drafts
from countersign.pages.dashboard.settings import Tools, settings_operations
from countersign.pages.dashboard.template_pages import TemplatePages
from countersign.usecases.member_ports import MemberPorts

TRIES, WINDOW = 60, 300.0  # of one address to sign in, in so many seconds


@dataclass(frozen=True, slots=True)
class Outside:
    """What the dashboard is told by the rest of the house: `verify` says what a PDF's signatures
    say, `events` what each API tells its webhooks, `server` how the installation is doing, `tools`
    are for the settings; `largest_file` is in bytes."""

    verify: Verify
    events: Events
    server: Server
    tools: Tools
    largest_file: int


def operations(desk: MemberPorts, runtime: Runtime, outside: Outside) -> list[Operation]:
    """All of them."""
    limit = runtime.rate_limit(TRIES, WINDOW)
    secure = desk.address.startswith("https://")
    return [
        *Entrance(desk, limit, secure=secure).operations(),
        *EnvelopeList(desk).operations(),
        *EnvelopePage(desk, runtime, outside.verify).operations(),
        *Batches(desk).operations(),
        *TemplatePages(desk, outside.largest_file).operations(),
        *FormPages(desk, outside.largest_file).operations(),
        *Drafts(desk, outside.largest_file).operations(),
        *OwnPage(desk).operations(),
        *People(desk).operations(),
        *AccessPage(desk).operations(),
        *Programs(desk, outside.events).operations(),
        *KeyPage(desk).operations(),
        *RetentionPages(desk).operations(),
        *settings_operations(desk, runtime, outside.tools),
        *OperatorPage(desk, outside.server).operations(),
    ]


def build(desk: MemberPorts, runtime: Runtime, outside: Outside) -> ASGIApp:
    """The application below `/dashboard`."""
    app = Dialect(
        About(title="Dashboard", version="1"),
        operations(desk, runtime, outside),
        authenticate=lambda request: visit_from(request, desk),
        shape=shape,
        expected=EXPECTED,
        runtime=runtime,
    ).app
    return SameOrigin(app, desk.address)

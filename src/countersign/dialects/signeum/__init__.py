"""Signeum, API version 1: a document is an envelope in a project, a participant a task in order."""

from __future__ import annotations

from countersign.dialects import Dialect
from countersign.dialects.signeum.api import BASE, build
from countersign.dialects.signeum.auth import API
from countersign.dialects.signeum.rows import TemplateRows
from countersign.dialects.signeum.webhooks import EVENTS, Webhooks

DIALECT = Dialect(
    name=API,
    prefixes=(BASE,),
    docs=f"{BASE}/docs",
    build=build,
    webhooks=Webhooks,
    events=EVENTS,
    rows=TemplateRows(),
)

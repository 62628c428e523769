"""Signicat Sign, API version 2: a document collection is an envelope whose people come later, a
signing session a task, which may touch several collections."""

from __future__ import annotations

from countersign.dialects import Dialect
from countersign.dialects.signicat_v2.api import DOCS, PREFIXES, build
from countersign.dialects.signicat_v2.translate import ORIGIN
from countersign.dialects.signicat_v2.webhooks import EVENTS, Webhooks, test_call

DIALECT = Dialect(
    name=ORIGIN,
    prefixes=PREFIXES,
    docs=DOCS,
    build=build,
    webhooks=Webhooks,
    events=EVENTS,
    test_call=test_call,
)

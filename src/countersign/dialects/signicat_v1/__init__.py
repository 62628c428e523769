"""Signicat Sign, API version 1: a signing order is an envelope with all its people, made of files
that were uploaded half an hour before at most."""

from __future__ import annotations

from countersign.dialects import Dialect
from countersign.dialects.signicat_v1.api import DOCS, PREFIXES, build
from countersign.dialects.signicat_v1.translate import ORIGIN
from countersign.dialects.signicat_v1.webhooks import EVENTS, Webhooks

DIALECT = Dialect(
    name=ORIGIN,
    prefixes=PREFIXES,
    docs=DOCS,
    build=build,
    webhooks=Webhooks,
    events=EVENTS,
)

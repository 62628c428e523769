"""Signature.nc, API version 3: a submission is an envelope, a submitter a task without order."""

from __future__ import annotations

from countersign.dialects import Dialect
from countersign.dialects.signature_nc.api import BASE, build
from countersign.dialects.signature_nc.auth import API
from countersign.dialects.signature_nc.webhooks import EVENTS, Webhooks

DIALECT = Dialect(
    name=API, prefixes=(BASE,), docs=f"{BASE}/docs", build=build, webhooks=Webhooks, events=EVENTS
)

"""NextSign, API version 2 with the file routes of version 3: a case is an envelope, a recipient a
task, a group an order, a form a document with tags that is submitted again and again."""

from __future__ import annotations

from countersign.dialects import Dialect
from countersign.dialects.nextsign.api import DOCS, PREFIXES, build
from countersign.dialects.nextsign.auth import API
from countersign.dialects.nextsign.rows import FormRows
from countersign.dialects.nextsign.webflow import FORMS
from countersign.dialects.nextsign.webhooks import EVENTS, Webhooks

DIALECT = Dialect(
    name=API,
    prefixes=PREFIXES,
    docs=DOCS,
    build=build,
    webhooks=Webhooks,
    events=EVENTS,
    forms=FORMS,
    rows=FormRows(),
)

"""The audit document: a page set with the evidence attached as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from countersign.pdf.typeset import typeset


def audit_pdf(facts: Mapping[str, Any], record: str) -> bytes:
    """PDF bytes made from `facts` (the keys that templates/audit.typ reads, JSON values) with
    `record`, the evidence as JSON text, attached as evidence.json.

    The same input gives the same bytes. Raises PdfError when it can't be typeset.
    """
    return typeset("audit.typ", {"data": json.dumps(facts), "record": record})

"""Checking signatures of text documents.

Shares no code with the writer (a test holds it to that): what one of them misunderstands, the other
refuses.
"""

from countersign.xades.verify.refusal import Refused
from countersign.xades.verify.report import Report
from countersign.xades.verify.signature import (
    DEFERRED_TIME_TOLERANCE,
    MAX_BYTES,
    TokenCheck,
    verify,
)

__all__ = ["DEFERRED_TIME_TOLERANCE", "MAX_BYTES", "Refused", "Report", "TokenCheck", "verify"]

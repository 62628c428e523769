"""A proven moment."""

from dataclasses import dataclass
from datetime import datetime

LOCAL_AUTHORITY = "local timestamp authority"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a timestamp token proves: UTC time, who says so, and whether we know them.

    `issuer` (a Name, DER) issued the authority's certificate.
    """

    time: datetime
    authority: str
    trusted: bool
    issuer: bytes

    @property
    def source(self) -> str:
        """The authority as a report names it; says honestly what its word is worth."""
        if self.authority == LOCAL_AUTHORITY:
            return self.authority
        unknown = "" if self.trusted else " (not known to us)"
        return f"timestamp authority {self.authority}{unknown}"

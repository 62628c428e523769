"""What was found out about a signed text."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Level = Literal["B-B", "B-T", "B-LT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A signature that holds, and what it holds.

    `content` and `media_type` are what was signed, `consent` the sentence agreed to ("": none).
    `when` (UTC) is proven by a timestamp, or claimed by the signer where `time_source` is empty.
    `certificate` is the signer's (DER), `who` and `email` what it says. `trusted`: it led at that
    time to a root that we were told to trust; `time_trusted`: the same of the timestamp. `level`
    is the XAdES baseline level of the file (ETSI EN 319 132-1).
    """

    content: bytes
    media_type: str
    consent: str
    who: str
    email: str
    certificate: bytes
    when: datetime
    time_source: str
    time_trusted: bool
    level: Level
    trusted: bool

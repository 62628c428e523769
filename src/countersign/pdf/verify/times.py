"""Times as signed files write them."""

from datetime import UTC, datetime

from countersign.pdf.verify.refusal import Refused, need


def utc_time(digits: bytes) -> datetime:
    """The moment written as YYYYMMDDHHMMSS. Raises Refused."""
    try:
        need(len(digits) == 14 and digits.isdigit(), "form of a time")
        parts = [int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, 14, 2))]
        year, month, day, hour, minute, second = parts
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise Refused("a time that does not exist") from None

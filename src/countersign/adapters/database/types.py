"""Column types that behave the same on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import from_json
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator

from countersign.domain.errors import Invalid

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_compact = json.JSONEncoder(separators=(",", ":")).encode


class CleanText(TypeDecorator[str]):
    """Any Unicode text. PostgreSQL has no NUL, and no database has halves of surrogate pairs, so
    both are refused as the caller's mistake on either database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        if value is not None and not value.isascii():
            _check_encodable(value)
        if value is not None and "\x00" in value:
            raise Invalid("text must not contain the character U+0000")
        return value


# Text that both databases sort in the same order, whatever the locale of PostgreSQL
ByCodePoint = CleanText().with_variant(CleanText(collation="C"), "postgresql")


def _check_encodable(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Invalid("text must not contain half a surrogate pair") from None


class Json(TypeDecorator[Any]):
    """JSON values as text: they come back exactly as they went in, in the same order, which JSONB
    does not promise. Written in ASCII, so that no character needs special care."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else _compact(value)

    def result_processor(self, _dialect: Dialect, _kind: object) -> Callable[[str | None], Any]:
        """Instead of `process_result_value`, which SQLAlchemy would call through one more
        function: an envelope has a dozen values of this type."""
        return _read_json


def _read_json(value: str | None) -> Any:
    return None if value is None else from_json(value)


class Microseconds(TypeDecorator[datetime]):
    """A moment as microseconds since 1970, for SQLite, which has no type for it."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


Time = DateTime(timezone=True).with_variant(Microseconds(), "sqlite")
Serial = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers only INTEGER keys itself

"""JSON from strangers: validated from the bytes, all bad fields at once, never too deep."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from .refusal import BadField, Refusal, bad_fields

T = TypeVar("T")

DEEPEST = 100

# An unfinished string reaches to the end, so that every quote is looked at once (linear time)
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_ONE_BRACKET = bytes.maketrans(b"{}", b"[]")
_NO_BRACKET = bytes(byte for byte in range(256) if byte not in b"[]{}")


def parse_json(raw: bytes, adapter: TypeAdapter[T], under: tuple[str | int, ...] = ()) -> T:
    """The value of `raw`; `under` is put before the path of each bad field.

    Raises Refusal 400: without fields for broken JSON, bad UTF-8 or more than 100 levels,
    with every bad field otherwise.
    """
    raw = _without_mark(raw)
    if too_deep(raw):
        raise Refusal(400, "JSON is nested too deeply")
    try:
        return adapter.validate_json(raw)
    except ValidationError as problem:
        fields = bad_fields(problem)
    if fields[0].kind == "json_invalid":
        raise Refusal(400, "malformed JSON")
    moved = [BadField(under + f.path, f.kind, f.message, f.place, f.context) for f in fields]
    raise Refusal(400, "invalid body", moved)


def too_deep(raw: bytes, deepest: int = DEEPEST) -> bool:
    """Whether arrays and objects are nested deeper than `deepest`.

    Unbalanced brackets may count as too deep: such a text is refused either way.
    """
    if raw.count(b"[") + raw.count(b"{") <= deepest:
        return False
    brackets = _STRING.sub(b"", raw).translate(_ONE_BRACKET, _NO_BRACKET)
    for _ in range(deepest):
        shorter = brackets.replace(b"[]", b"")
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    return b"[" in brackets


def canonical_json(raw: bytes) -> Any:
    """The JSON value itself: key order and white space do not make another request."""
    return _ANY.validate_json(_without_mark(raw))


def _without_mark(raw: bytes) -> bytes:
    """A byte order mark may be ignored (RFC 8259, section 8.1), and some clients write one."""
    return raw.removeprefix(BOM_UTF8)


_ANY: TypeAdapter[Any] = TypeAdapter(Any)

"""The verifier for anybody's PDF, by the rules of PDF signatures (ISO 32000-2, 12.8; PAdES).

pyHanko does the mathematics and judges later changes; what is said about time, trust and level is
decided here. Works offline, on the file alone.
"""

import asyncio
import io
import logging
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from pyhanko.sign.validation import EmbeddedPdfSignature

from countersign.pdf.inspect import inspect
from countersign.pdf.verify.leftovers import unexplained
from countersign.pdf.verify.reader import Reader
from countersign.pdf.verify.report import WHOLE_FILE, Report, SignatureReport
from countersign.pdf.verify.signatures import Judge
from countersign.pdf.verify.trust_context import Knowledge

# What pyHanko logs about a file is in the report, in better words
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)

MAX_PAGES = 1_000_000
MAX_SIGNATURE_BYTES = 500_000
"""pyHanko reads them byte by byte and their ASN.1 in Python: a giant would take minutes."""
MAX_SIGNATURES = 100
"""pyHanko compares every revision with every later one: time grows with the square."""
MAX_HASHED_BYTES = 10_000_000_000
"""Every signature hashes the file up to itself; 7 seconds at 1.3 GB/s."""

DEEPEST, ROOM = 10_000, 64 << 20
"""Calls within each other, and bytes of stack for them; two calls for each bookmark in a row."""

END_WINDOW = 1024
"""Bytes at the end of a file in which readers look for %%EOF."""

T = TypeVar("T")

_ENVELOPE_FIELD = "z_id"
_LAST_FIELD = "z_ts"


def verify(data: bytes, trust_roots: Iterable[bytes], at: datetime) -> Report:
    """What can be said of the signatures in `data` at the moment `at`.

    `trust_roots` are DER certificates of the authorities to believe. An unsigned file gives a
    report without signatures, one that was cut off a problem. Raises UnusablePdf for a file that
    cannot be read at all.
    """
    found = inspect(data, max_pages=MAX_PAGES)
    if not found.signed:
        return Report(signatures=(), problems=tuple(_cut_off(data)))
    if found.largest_signature > MAX_SIGNATURE_BYTES:
        return Report(signatures=(), problems=("a signature in it is too large to be one",))
    try:
        reader = _opened(data)
        signatures = _signatures(reader, len(data))
    except _Unbelievable as refusal:
        return Report(signatures=(), problems=(str(refusal),))
    knowledge = Knowledge(tuple(trust_roots))
    reports = _with_room(lambda: asyncio.run(_judged(reader, signatures, knowledge, at)))
    return Report(
        signatures=tuple(reports),
        problems=(*_problems(reports), *unexplained(reader, data)),
        envelope=_envelope(reader),
    )


def _cut_off(data: bytes) -> list[str]:
    if b"%%EOF" in data[-END_WINDOW:]:
        return []
    return ["the end of the file is missing, and its signatures may be with it"]


class _Unbelievable(Exception):
    """The file can be opened, but what it says of its signatures cannot be relied on."""


def _opened(data: bytes) -> Reader:
    try:
        reader = Reader(io.BytesIO(data), strict=True)
        if reader.encrypted:
            reader.decrypt("")
        return reader
    except Exception as error:  # hostile input: pyHanko raises anything from ValueError upwards
        raise _Unbelievable(f"the structure of the file has errors: {_short(error)}") from error


def _signatures(reader: Reader, size: int) -> list[EmbeddedPdfSignature]:
    try:
        found = reader.signatures()
    except Exception as error:  # as above
        raise _Unbelievable(f"a signature cannot be read: {_short(error)}") from error
    if len(found) > MAX_SIGNATURES or len(found) * size > MAX_HASHED_BYTES:
        raise _Unbelievable(f"{len(found)} signatures are too many to check")
    if not found and not reader.unknown_signatures():
        raise _Unbelievable("the signatures cannot be found in the form")
    return found


def _with_room(work: Callable[[], T]) -> T:
    """`work()` where it may call itself for each of thousands of bookmarks, as pyHanko does."""
    limit, stack = sys.getrecursionlimit(), threading.stack_size(ROOM)
    sys.setrecursionlimit(DEEPEST)
    try:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(work).result()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(stack)


async def _judged(
    reader: Reader,
    signatures: list[EmbeddedPdfSignature],
    knowledge: Knowledge,
    now: datetime,
) -> list[SignatureReport]:
    """From the last to the first: each trusted timestamp proves what lies before it."""
    judge = Judge(reader, knowledge, now)
    return [await judge.report(signature) for signature in reversed(signatures)][::-1]


def _problems(reports: list[SignatureReport]) -> list[str]:
    last = reports[-1] if reports else None
    if last and last.field == _LAST_FIELD and last.covers != WHOLE_FILE:
        return ["something was added after the file was closed"]
    return []


def _envelope(reader: Reader) -> str | None:
    fields = reader.root["/AcroForm"]["/Fields"]
    for index in range(len(fields)):
        if fields[index].get("/T") == _ENVELOPE_FIELD and "/V" in fields[index]:
            return str(fields[index]["/V"])
    return None


def _short(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]

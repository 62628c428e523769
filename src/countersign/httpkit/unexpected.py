"""Logs an exception that nobody expected: where and what kind, never what it said.

Messages of exceptions quote values (an e-mail address, a row), so they stay out of the log. The
frames and the chain of types tell the place; system errors keep their number and its text.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import PurePath
from traceback import walk_tb

import structlog

from .refusal import Refusal

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_log = structlog.stdlib.get_logger("countersign.http")


def log_unexpected(problem: BaseException, operation: str) -> None:
    """`operation` is a route's template, as a path may hold a signer's token."""
    _log.error("unexpected_error", operation=operation, **described(problem))


def described(problem: BaseException) -> dict[str, list[str]]:
    """What a log may say of an exception: `errors`, its chain of types, and `frames`."""
    return {
        "errors": [_kind(link) for link in _chain(problem)],
        "frames": [frame for link in _chain(problem) for frame in _frames(link)],
    }


def refusal_of(problem: BaseException) -> Refusal:
    """What the client is told. A full disk is the operator's matter and passes."""
    if any(isinstance(link, OSError) and link.errno in NO_ROOM for link in _chain(problem)):
        return Refusal(503, "there is no room to store this at the moment")
    return Refusal(500, "internal error")


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    """Ends also where it leads back to itself, as after `raise problem from problem`."""
    seen: set[int] = set()
    while problem is not None and id(problem) not in seen:
        seen.add(id(problem))
        yield problem
        hidden = None if problem.__suppress_context__ else problem.__context__
        problem = problem.__cause__ or hidden


def _kind(problem: BaseException) -> str:
    name = f"{type(problem).__module__}.{type(problem).__qualname__}"
    return f"{name}: {problem.strerror}" if isinstance(problem, OSError) else name


def _frames(problem: BaseException) -> Iterator[str]:
    for frame, line in walk_tb(problem.__traceback__):
        code = frame.f_code
        yield f"{'/'.join(PurePath(code.co_filename).parts[-3:])}:{line} in {code.co_name}"

"""What a button does, and what the page that comes next says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.errors import DomainError
from countersign.pages.dashboard.access import go
from countersign.pages.dashboard.errors import sentence, status_of
from countersign.pages.dashboard.shell import words

Told = tuple[str, int]  # why something was not done, and the status


class DoneQuery(BaseModel):
    """What was just done, as a word that the page knows."""

    done: str = ""


def said(done: Mapping[str, str], word: str, request: Request) -> str:
    """What was just done, in a sentence; nothing for a word that is not in `done`."""
    return words(request)(done[word]) if word in done else ""


def refused(problem: DomainError, request: Request) -> Told:
    return sentence(problem, words(request)), status_of(problem)


def carry_out(
    act: Callable[[], object],
    path: str,
    request: Request,
    otherwise: Callable[[str, int], Response],
    tell: Callable[[DomainError, Request], Told] = refused,
) -> Response:
    """On to `path`, or the page once more with what is wrong."""
    try:
        act()
    except DomainError as problem:
        return otherwise(*tell(problem, request))
    return go(path)

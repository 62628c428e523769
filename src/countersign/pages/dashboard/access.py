"""Who comes to the dashboard: cookies, the check of every operation's right, ways on."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from countersign.domain.member import ABSOLUTE
from countersign.domain.rights import Right, check_right
from countersign.httpkit import Json, Multipart, Operation, Refusal, Success, Urlencoded
from countersign.pages.dashboard.shell import HEADERS
from countersign.pages.visitors import visitor_of
from countersign.usecases.enter_dashboard import visit_of
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.member_tickets import Place

PREFIX = "/dashboard"
SIGN_IN = f"{PREFIX}/sign-in"
SESSION, BROWSER = "countersign_session", "countersign_browser"
BROWSER_DAYS = 400  # the longest that browsers keep a cookie
HTML = Success(type=bytes, media="text/html")
FORM = Urlencoded()
LONGEST_COOKIE = 100


def place_of(request: Request) -> Place:
    """Where the request comes from."""
    return Place(
        visitor=visitor_of(request),
        browser=request.cookies.get(BROWSER, "")[:LONGEST_COOKIE],
        session=request.cookies.get(SESSION, "")[:LONGEST_COOKIE],
    )


def known_place(request: Request) -> Place:
    """For what is good in one browser only. Raises Refusal for a browser without our cookie."""
    place = place_of(request)
    if not place.browser:
        raise Refusal(400, "no cookies")
    return place


def visit_from(request: Request, desk: MemberPorts) -> Visit:
    """Raises Unauthorized."""
    return visit_of(place_of(request), desk)


@dataclass(frozen=True, slots=True)
class Holds:
    """The check of an operation that asks for a right."""

    right: Right

    def __call__(self, visit: Visit) -> None:
        """Raises Forbidden."""
        check_right(visit.member, self.right)


def needs(
    right: Right,
    method: str,
    path: str,
    handler: Callable[..., Any],
    *,
    body: Urlencoded | Json | Multipart | None = None,
    query: type[BaseModel] | None = None,
    success: Success = HTML,
) -> Operation:
    """An operation of somebody who is signed in and has the right. The handler may ask for
    `caller`, which is a Visit."""
    check = Holds(right)
    return Operation(method, PREFIX + path, handler, success, body=body, query=query, check=check)


def to_all(
    method: str,
    path: str,
    handler: Callable[..., Any],
    *,
    body: Urlencoded | Json | Multipart | None = None,
    query: type[BaseModel] | None = None,
    success: Success = HTML,
) -> Operation:
    """An operation for whoever comes."""
    return Operation(method, PREFIX + path, handler, success, body=body, query=query, public=True)


def right_of(operation: Operation) -> Right | None:
    """What `needs` asks for; None for an operation for all."""
    return operation.check.right if isinstance(operation.check, Holds) else None


def go(path: str) -> Response:
    """The browser goes on to one of our own pages, by GET."""
    return RedirectResponse(PREFIX + path, 303, HEADERS)


def own_path(wish: str) -> str:
    """Where somebody wanted to go before signing in, if that is one of our pages."""
    plain = wish.startswith(f"{PREFIX}/") and "\\" not in wish and "//" not in wish
    return wish.removeprefix(PREFIX) if plain and wish.isprintable() else "/envelopes"


def remember_browser(request: Request, response: Response, *, secure: bool) -> Response:
    """Gives the browser a secret to be known by until somebody is signed in."""
    if not request.cookies.get(BROWSER):
        _keep(response, BROWSER, secrets.token_urlsafe(32), BROWSER_DAYS * 86400, secure)
    return response


def keep_session(response: Response, session: str, *, secure: bool) -> Response:
    """Signed in."""
    _keep(response, SESSION, session, int(ABSOLUTE.total_seconds()), secure)
    return response


def drop_session(response: Response, *, secure: bool) -> Response:
    """Signed out; the browser also forgets what it had stored of our pages."""
    response.delete_cookie(SESSION, path=PREFIX, httponly=True, samesite="lax", secure=secure)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _keep(response: Response, name: str, value: str, seconds: int, secure: bool) -> None:
    response.set_cookie(
        name, value, seconds, path=PREFIX, httponly=True, samesite="lax", secure=secure
    )

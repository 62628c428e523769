"""Every refusal in a sentence that says what to do: one table."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from countersign.domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    StaleState,
    TooManyTries,
    TooSoon,
    Unauthorized,
    Unavailable,
)
from countersign.httpkit import Refusal, json_response
from countersign.pages.dashboard.shell import HEADERS, page, words
from countersign.usecases.enter_dashboard import SINGLE_SIGN_ON
from countersign.usecases.member_tickets import Purpose

Say = Callable[[str], str]
TICKETS = frozenset(Purpose)


def _(text: str) -> str:
    return text


REFUSALS = {
    400: _("This request could not be understood."),
    403: _("This came from another site, so nothing was done. Open the page anew and try again."),
    404: _("There is no such page."),
    405: _("There is no such page."),
    413: _("This is too large."),
    415: _("This request could not be understood."),
    429: _("Too many tries from here. Please wait a few minutes, then go on."),
}
NO_COOKIES = _("Your browser refuses cookies. They are needed to sign in.")
ELSE = _("Something went wrong here. Please try again later.")


def status_of(problem: Exception) -> int:
    """The HTTP status of a refusal; the first line that fits counts."""
    table: tuple[tuple[type[Exception], int], ...] = (
        (Unauthorized, 401),
        (NotFound, 404),
        (Forbidden, 403),
        (TooManyTries, 429),
        (TooSoon, 429),
        (Conflict, 409),
        (StaleState, 409),
        (Gone, 410),
        (Invalid, 422),
        (Unavailable, 503),
    )
    if isinstance(problem, Refusal):
        return problem.status
    return next((status for kind, status in table if isinstance(problem, kind)), 500)


def sentence(problem: Exception, say: Say) -> str:
    """What is said of it."""
    if isinstance(problem, Refusal):
        known = NO_COOKIES if problem.why == "no cookies" else REFUSALS.get(problem.status, ELSE)
        return say(known)
    if isinstance(problem, TooManyTries | TooSoon):
        text = say(_("Too many tries from here. Please wait {seconds} seconds, then try again."))
        return text.format(seconds=problem.retry_after)
    if isinstance(problem, Invalid):
        return say(problem.message) if problem.message else ELSE
    return say(_short(problem))


def with_fields(problem: Exception, text: str) -> str:
    """`text` and what is wrong where; what is the same in both is said once."""
    fields = problem.fields if isinstance(problem, Invalid) else None
    if not fields:
        return text
    places = "; ".join(f"{name}: {why}" for name, why in fields.items())
    return places if set(fields.values()) == {text} else f"{text.removesuffix('.')}: {places}"


def _short(problem: Exception) -> str:
    if isinstance(problem, Unauthorized):
        return _("That is not right. Please check it and try again.")
    if isinstance(problem, NotFound):
        return _not_found(problem)
    if isinstance(problem, Forbidden):
        return _forbidden(problem)
    if isinstance(problem, Gone):
        return _("This has expired, or has ended.")
    if isinstance(problem, StaleState):
        return _("Somebody changed this at the same moment. Please look at it and try again.")
    if isinstance(problem, Conflict):
        return str(problem).capitalize() + "."
    if isinstance(problem, Unavailable):
        return _("A service that is needed for this does not answer. Please try again later.")
    return ELSE


def _not_found(problem: NotFound) -> str:
    if problem.kind in TICKETS:
        return _("This was used already, or the link is not complete. Please begin anew.")
    return _("There is nothing here, or it belongs to somebody else.")


def _forbidden(problem: Forbidden) -> str:
    if problem.kind == "browser":
        return _("Please open this in the browser in which you asked for it.")
    if problem.kind == SINGLE_SIGN_ON:
        return _("Your company wants you to sign in where it signs in. Use its own address.")
    if problem.kind == "member":
        return _("Nobody has invited this address. Please ask an administrator of your company.")
    if problem.kind == "operator":
        return _("An operator signs in here only by a provider that an operator has entered.")
    return _("Your role does not allow this. An owner or administrator can change that.")


def shape(request: Request, problem: Exception) -> Response:
    """Whoever is not signed in is led to the page for that; a script gets JSON."""
    status = status_of(problem)
    if "json" in request.headers.get("content-type", "") + request.headers.get("accept", ""):
        return json_response({"error": sentence(problem, words(request))}, status, HEADERS)
    if isinstance(problem, Forbidden) and problem.kind == SINGLE_SIGN_ON:
        return RedirectResponse(f"/dashboard/sso/{quote(problem.id)}", 303, HEADERS)
    if isinstance(problem, Unauthorized):
        wish = quote(request.url.path) if request.method == "GET" else ""
        return RedirectResponse(f"/dashboard/sign-in?next={wish}", 303, HEADERS)
    headers = dict(problem.headers) if isinstance(problem, Refusal) else {}
    return page(request, "problem.html", status, headers, error=sentence(problem, words(request)))


EXPECTED = (DomainError,)

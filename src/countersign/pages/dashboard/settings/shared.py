"""What the pages of the settings have in common: a title row, refusals, reading of forms."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.errors import DefaultProject, DomainError, NameTaken, ProjectInUse
from countersign.httpkit import FilePart, Form, Multipart
from countersign.pages.dashboard.errors import sentence, with_fields
from countersign.pages.dashboard.shell import page, words
from countersign.usecases.member_ports import Visit
from countersign.usecases.set_project_logo import LARGEST_LOGO

SETTINGS = "/settings"
LOGO = "logo"
# A little more than a logo may have: a larger one is then refused in words
WITH_LOGO = Multipart(
    [FilePart(LOGO, required=False)], limit=2 * LARGEST_LOGO, text_limit=8 << 10, max_parts=40
)


def _(text: str) -> str:
    return text


STAYS = _("Every account has this project, so it stays. It can have another name.")
IN_USE = _("There are envelopes in it, so it stays.")


def settings_page(
    request: Request,
    template: str,
    tab: str,
    caller: Visit,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """A page below Settings; `tab` is the path of the one it belongs to."""
    shown = {"visit": caller, "menu": SETTINGS, "tab": tab, **more}
    return page(request, f"settings_{template}.html", status, headers, **shown)


def told(problem: DomainError, request: Request) -> str:
    """Why something was not done."""
    say = words(request)
    if isinstance(problem, DefaultProject):
        return say(STAYS)
    if isinstance(problem, ProjectInUse):
        return say(IN_USE)
    text = sentence(problem, say)
    return text if isinstance(problem, NameTaken) else with_fields(problem, text)


def text_of(body: Form, name: str) -> str:
    """ "" when it is missing."""
    return (body.text(name) or "").strip()


def words_of(body: Form, name: str) -> tuple[str, ...]:
    """What stands between spaces, commas and line ends."""
    return tuple(text_of(body, name).replace(",", " ").split())


def picture_of(body: Form) -> bytes | None:
    """The logo of a form; None when nobody chose one."""
    found = [upload for upload in body.uploads(LOGO) if upload.size]
    return found[0].read() if found else None

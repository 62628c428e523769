"""Signing with a key that somebody else keeps: to his pages and back, or with what he asks here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.signing_service import service_of
from countersign.domain.task import Task
from countersign.httpkit import Answer
from countersign.pages import i18n
from countersign.pages.headers import PAGE_HEADERS
from countersign.pages.signing.browser import COOKIE, browser_cookie, browser_of
from countersign.pages.signing.notices import Notice
from countersign.pages.signing.outcome import completed, goes_on_to
from countersign.pages.signing.schemas import Completed
from countersign.pages.signing.shell import render_notice
from countersign.pages.signing.strings import eid_text
from countersign.usecases.open_task import look_at_task
from countersign.usecases.ports import Ports
from countersign.usecases.sign_task import SignTask
from countersign.usecases.sign_with_own_key import (
    CameBack,
    NextStep,
    StartWithKey,
    answer_with_key,
    asked_of,
    return_with_key,
    start_with_key,
)

SIGNED_CALLBACK = "/s/signing/callback"


class SignedQuery(BaseModel):
    """What a signing service gives a browser to bring back (RFC 6749, section 4.1.2)."""

    state: Annotated[str, Field(max_length=500)] = ""
    code: Annotated[str, Field(max_length=4000)] | None = None
    error: Annotated[str, Field(max_length=300)] | None = None


class AuthorizeInput(BaseModel):
    """What the person filled in, by the ids of the fields that were asked for."""

    answer: dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=200)]] = (
        Field(default_factory=dict, repr=False)
    )


class Asked(BaseModel):
    """Fields for the person to fill in: `id`, `label`, whether `digits` only."""

    ask: list[dict[str, Any]]


class OwnKey:
    """Handlers over the ports."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def start(self, command: SignTask, envelope: Envelope, language: str, browser: str) -> Answer:
        """Nothing is signed yet: the answer says where the browser has to go."""
        text = eid_text(language, envelope.name, envelope.sender_name)
        step = start_with_key(
            StartWithKey(sign=command, text=text, language=language, browser=browser), self._ports
        )
        link = self._ports.links.signing(envelope.task(command.task_id))
        return Answer(
            self._shown(step, command.task_id),
            headers={"set-cookie": browser_cookie(browser, link)},
        )

    def returned(self, request: Request, query: SignedQuery) -> Response:
        """Where a signing service sends the browser back to; leads on."""
        answer = {name: value for name, value in query if value is not None and name != "state"}
        browser = request.cookies.get(COOKIE, "")
        try:
            back = return_with_key(query.state, browser, answer, self._ports)
        except NotFound:
            language = i18n.choose_language((), request.headers.get("accept-language", ""))
            return HTMLResponse(
                render_notice(Notice(kind="not_returned"), language), 400, PAGE_HEADERS
            )
        # What comes next may take as long as what was before
        kept = {"set-cookie": browser_cookie(browser, back.link)}
        headers = {**PAGE_HEADERS, **kept, "location": self._place(back)}
        return Response(status_code=303, headers=headers)

    def _place(self, back: CameBack) -> str:
        step = back.step
        if step.redirect_url:
            return step.redirect_url
        if step.done is not None:
            task_id = self._ports.links.task_id(back.link.rpartition("/")[2])
            return goes_on_to(step.done, step.done.task(task_id)) or back.link
        place = "ask" if step.ask else back.hint
        return f"{back.link}?skipIntro=true" + (f"#signing={place}" if place else "")

    def asked(self, token: str, request: Request) -> Asked:
        """What the keeper of the key wants to be told before it signs; nothing in another browser
        than the one that was there."""
        task_id = self._ports.links.task_id(token)
        task = look_at_task(task_id, self._ports).task(task_id)
        fields = asked_of(task_id, _method(task), browser_of(request), self._ports)
        return Asked(ask=list(map(dict, fields)))

    def authorize(self, token: str, request: Request, body: AuthorizeInput) -> Completed:
        """Passes on what the person filled in, and signs."""
        task_id = self._ports.links.task_id(token)
        task = look_at_task(task_id, self._ports).task(task_id)
        step = answer_with_key(
            task_id, _method(task), browser_of(request), body.answer, self._ports
        )
        return self._shown(step, task_id)

    def _shown(self, step: NextStep, task_id: str) -> Completed:
        if step.done is not None:
            return completed(step.done, task_id, self._ports)
        ask: Sequence[Any] = step.ask
        return Completed(
            status="authorize",
            redirect_url=step.redirect_url or None,
            documents=[],
            ask=list(map(dict, ask)),
        )


def _method(task: Task) -> str:
    return next(filter(service_of, task.methods), "")

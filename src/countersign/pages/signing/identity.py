"""The step in which a signer proves who they are: one-time codes and eIDs."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from countersign.domain.errors import Invalid, NotFound
from countersign.domain.identity import CODE_METHODS, NUMBER_METHODS
from countersign.domain.openid import TRIAL
from countersign.domain.phone import masked_phone
from countersign.domain.task import Task
from countersign.httpkit import Answer
from countersign.pages import i18n
from countersign.pages.headers import PAGE_HEADERS
from countersign.pages.signing.browser import COOKIE, browser_cookie, browser_of
from countersign.pages.signing.notices import Notice
from countersign.pages.signing.schemas import LanguageQuery
from countersign.pages.signing.shell import render_notice
from countersign.pages.signing.strings import eid_text
from countersign.pages.visitors import visitor_of
from countersign.usecases.cancel_identity import cancel_identity
from countersign.usecases.check_code import check_code
from countersign.usecases.collect_identity import Standing, collect_identity
from countersign.usecases.open_task import look_at_task
from countersign.usecases.ports import Ports
from countersign.usecases.return_identity import ReturnIdentity, return_identity
from countersign.usecases.send_code import send_code
from countersign.usecases.simulate_identity import SimulatedPerson, simulate_identity
from countersign.usecases.start_identity import StartIdentity, start_identity
from countersign.usecases.tell_number import tell_number

CALLBACK = "/s/identity/callback"
TRIAL_RETURN = "/dashboard/settings/returned"


class SimulateInput(BaseModel):
    """What a sandbox's eID is to say: who it was (without `national_id` the person asked for), or
    with `cancel` that they broke it off."""

    national_id: Annotated[str, Field(max_length=40)] = ""
    name: Annotated[str, Field(max_length=300)] = ""
    cancel: bool = False


class IdentityInput(BaseModel):
    """Nothing begins: a code is sent, or the eID's order starts. `code` checks the code that was
    sent, `national_id` is the number that is asked for, `cancel` breaks the order off, `simulate`
    answers it in a sandbox."""

    model_config = ConfigDict(strict=True)

    code: Annotated[str, Field(max_length=40)] | None = None
    national_id: Annotated[str | None, Field(max_length=40, repr=False)] = None
    cancel: bool = False
    simulate: SimulateInput | None = None


class IdentityAnswer(BaseModel):
    """`sent`: a code is on its way to `sent_to`. `pending`: the person is busy with the eID, whose
    own data stand beside `hint` (of `bankid_se`: `qr` for this second, `qr_next` for those that
    follow, `open_on_phone`, `open_on_computer`; of one with pages of its own `redirect_url`, where
    this browser is to go, and no other; `away` while it is there). `proved`: go
    on. `failed`: `hint` says why; begin again. `idle`: nothing was begun."""

    model_config = ConfigDict(extra="allow")

    status: Literal["sent", "pending", "proved", "failed", "idle"]
    sent_to: str | None = None
    hint: str | None = None


class ReturnQuery(BaseModel):
    """What an eID's own pages give a browser to bring back (OpenID Connect Core 1.0, section
    3.1.2.5)."""

    state: Annotated[str, Field(max_length=500)] = ""
    code: Annotated[str, Field(max_length=4000)] | None = None
    error: Annotated[str, Field(max_length=300)] | None = None
    iss: Annotated[str, Field(max_length=2000)] | None = None


class IdentityStep:
    """Handlers over the ports."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def act(
        self,
        token: str,
        method: str,
        request: Request,
        query: LanguageQuery,
        body: IdentityInput | None,
    ) -> Answer:
        """Begins, checks, breaks off or simulates a proof of identity. `email_code`, `sms_code`:
        without a body a code is sent (202; after 30 seconds another one may be asked for, five
        an hour; ten minutes and five tries each), with `code` it is checked. `cpr`: with
        `national_id`, five tries an hour. An eID by its name: without a body an order starts, then
        ask every two seconds how it stands. A proof is the task's: whichever device opens the link
        next need not give it again."""
        task_id, given = self._ports.links.task_id(token), body or IdentityInput()
        if method in CODE_METHODS:
            return self._by_code(task_id, method, given.code)
        if method in NUMBER_METHODS:
            return self._by_number(task_id, method, given.national_id)
        if given.cancel:
            cancel_identity(task_id, method, self._ports)
            return Answer(IdentityAnswer(status="idle"))
        command = self._start(task_id, method, request, query)
        if given.simulate is not None:
            person = _person(given.simulate)
            return Answer(_shown(simulate_identity(command, person, self._ports)))
        page = start_identity(command, self._ports)
        standing = Standing(status="pending" if page else "proved", page=page)
        sent_away = "redirect_url" in page
        headers = {"set-cookie": self._cookie(command)} if sent_away else {}
        return Answer(_shown(standing), headers=headers)

    def returned(self, request: Request, query: ReturnQuery) -> Response:
        """Where an eID's own pages send the browser back to; leads on to the signing page."""
        if query.state.startswith(TRIAL):
            return _back_to_settings(query)
        command = ReturnIdentity(
            state=query.state,
            browser=request.cookies.get(COOKIE, ""),
            answer={name: value for name, value in query if value is not None and name != "state"},
        )
        try:
            returned = return_identity(command, self._ports)
        except NotFound:
            language = i18n.choose_language((), request.headers.get("accept-language", ""))
            page = render_notice(Notice(kind="not_returned"), language)
            return HTMLResponse(page, 400, PAGE_HEADERS)
        place = f"#identity={returned.hint}" if returned.hint else ""
        headers = {**PAGE_HEADERS, "location": f"{returned.link}?skipIntro=true{place}"}
        return Response(status_code=303, headers=headers)

    def _cookie(self, command: StartIdentity) -> str:
        task = look_at_task(command.task_id, self._ports).task(command.task_id)
        return browser_cookie(command.browser, self._ports.links.signing(task))

    def standing(self, token: str, method: str) -> IdentityAnswer:
        """How an eID's order stands. Ask every two seconds while it is `pending`."""
        task_id = self._ports.links.task_id(token)
        return _shown(collect_identity(task_id, method, self._ports))

    def _by_code(self, task_id: str, method: str, code: str | None) -> Answer:
        if code is not None:
            check_code(task_id, method, "".join(code.split()), self._ports)
            return Answer(IdentityAnswer(status="proved"))
        task = send_code(task_id, method, self._ports)
        if method in task.identified:
            return Answer(IdentityAnswer(status="proved"))
        place = shown_place(CODE_METHODS[method], task)
        return Answer(IdentityAnswer(status="sent", sent_to=place), status=202)

    def _by_number(self, task_id: str, method: str, number: str | None) -> Answer:
        if number is None:
            raise Invalid("a number is missing", {"national_id": "missing"})
        tell_number(task_id, method, number, self._ports)
        return Answer(IdentityAnswer(status="proved"))

    def _start(
        self, task_id: str, method: str, request: Request, query: LanguageQuery
    ) -> StartIdentity:
        envelope = look_at_task(task_id, self._ports)
        wishes = (query.lang, envelope.task(task_id).language)
        language = i18n.choose_language(wishes, request.headers.get("accept-language", ""))
        return StartIdentity(
            task_id=task_id,
            method=method,
            ip=visitor_of(request).ip,
            text=eid_text(language, envelope.name, envelope.sender_name),
            language=language,
            browser=browser_of(request),
        )


def shown_place(channel: str, task: Task) -> str:
    """Where a code went."""
    address = task.person.address(channel)
    return masked_phone(address) if channel == "sms" else masked(address)


def masked(address: str) -> str:
    """Enough of an address to know it by: whoever holds the link need not know it."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••{at}{domain}"


def _back_to_settings(query: ReturnQuery) -> Response:
    """Somebody tries a provider: at the address that it knows, as only that shows that it does."""
    brought = urlencode(query.model_dump(exclude_none=True))
    headers = {**PAGE_HEADERS, "location": f"{TRIAL_RETURN}?{brought}"}
    return Response(status_code=303, headers=headers)


def _person(given: SimulateInput) -> SimulatedPerson:
    """People write numbers with hyphens and spaces."""
    national_id = "".join(character for character in given.national_id if character.isalnum())
    return SimulatedPerson(national_id=national_id, name=given.name, cancel=given.cancel)


def _shown(standing: Standing) -> IdentityAnswer:
    hint = standing.hint or None
    return IdentityAnswer(status=standing.status, hint=hint, **standing.page)

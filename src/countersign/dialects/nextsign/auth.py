"""Who calls: `Authorization: Bearer ns_…`, a key of the one company that the path names."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from countersign.dialects.nextsign.errors import (
    NOT_ITS_COMPANY,
    UNKNOWN_TOKEN,
    WITHOUT_TOKEN,
    MalformedCompany,
    Rejected,
)
from countersign.domain.account import Caller
from countersign.domain.errors import Forbidden, NotFound, Unauthorized
from countersign.domain.form import Form
from countersign.domain.short_id import long_id
from countersign.httpkit import bearer_token
from countersign.usecases.authenticate import authenticate, check_own_account
from countersign.usecases.ports import Ports

API = "nextsign"
KEY_PREFIX = "ns_"
SCHEMES = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key of `countersign account create`. It opens one company.",
    }
}


def authenticator(ports: Ports) -> Callable[[Request], Caller]:
    """Finds the caller of a request. Raises Rejected, and MalformedCompany before the key is
    looked up."""

    def caller_of(request: Request) -> Caller:
        if not (key := bearer_token(request)):
            raise Rejected(401, WITHOUT_TOKEN)
        _account_id(request)
        try:
            return authenticate(API, key, ports)
        except Unauthorized:
            raise Rejected(401, UNKNOWN_TOKEN) from None

    return caller_of


def authorizer(ports: Ports) -> Callable[[Request, Caller], None]:
    """Every path with a company is looked at before any handler. Raises Rejected for another one
    than the key's, and NotFound where the vendor tells of one that is not there."""

    def check(request: Request, caller: Caller) -> None:
        account_id = _account_id(request)
        if account_id is None:
            return
        try:
            check_own_account(account_id, caller, ports)
        except Forbidden:
            raise Rejected(401, NOT_ITS_COMPANY) from None
        except NotFound:
            if _tells_of_companies(request.url.path):
                raise
            raise Rejected(401, NOT_ITS_COMPANY) from None
        _check_form(request, account_id, ports)

    return check


def _check_form(request: Request, account_id: str, ports: Ports) -> None:
    """That there is one is known before the body is read. Raises NotFound; for a list of tags the
    vendor says that the company is not there."""
    form_id = request.path_params.get("form_id")
    if form_id is None:
        return
    try:
        form_of(account_id, form_id, ports)
    except NotFound:
        kind = "account" if request.url.path.endswith("/tags/get") else "form"
        raise NotFound(kind, form_id) from None


def form_of(account_id: str, form_id: str, ports: Ports) -> Form:
    """Raises NotFound."""
    try:
        id = long_id(form_id)
    except ValueError:
        raise NotFound("form", form_id) from None
    with ports.unit_of_work() as uow:
        form = uow.forms.get(account_id, id)
    if form.origin != API:
        raise NotFound("form", form_id)
    return form


def _account_id(request: Request) -> str | None:
    company = request.path_params.get("company")
    try:
        return None if company is None else long_id(company)
    except ValueError:
        raise MalformedCompany() from None


def _tells_of_companies(path: str) -> bool:
    return "/forms/" in path or path.startswith("/v3/")

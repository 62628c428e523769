"""Who calls: `Authorization: Bearer ds_…`, a key of the one organization that the path names."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from countersign.domain.account import Caller
from countersign.domain.errors import Unauthorized
from countersign.httpkit import bearer_token
from countersign.usecases.authenticate import authenticate, check_own_account
from countersign.usecases.ports import Ports

API = "signeum"
KEY_PREFIX = "ds_"
SCHEMES = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key of `countersign account create`. It opens one organization.",
    }
}


def authenticator(ports: Ports) -> Callable[[Request], Caller]:
    """Finds the caller of a request; raises Unauthorized."""

    def caller_of(request: Request) -> Caller:
        key = bearer_token(request)
        if not key.startswith(KEY_PREFIX):
            raise Unauthorized()
        return authenticate(API, key, ports)

    return caller_of


def authorizer(ports: Ports) -> Callable[[Request, Caller], None]:
    """Every path begins with an organization, so no handler can forget to look whose it is. Raises
    Forbidden for another one's than the caller's, NotFound for one that isn't there."""

    def check(request: Request, caller: Caller) -> None:
        check_own_account(request.path_params["orgId"], caller, ports)

    return check

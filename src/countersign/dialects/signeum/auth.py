"""Who calls: `Authorization: Bearer ds_…`, a key of the one organization that the path names."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from countersign.domain.account import Caller
from countersign.domain.errors import Unauthorized
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
    """Finds the caller of a request. Raises Unauthorized, and for the id of an organization that
    isn't the caller's Forbidden or NotFound: every path begins with it, so no handler can forget
    to look."""

    def caller_of(request: Request) -> Caller:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key.startswith(KEY_PREFIX):
            raise Unauthorized()
        caller = authenticate(API, key, ports)
        check_own_account(request.path_params["orgId"], caller, ports)
        return caller

    return caller_of

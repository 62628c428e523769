"""Who calls: `Authorization: Bearer TOKEN`, a token being of one account and one environment."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from countersign.domain.account import Caller
from countersign.domain.errors import Unauthorized
from countersign.usecases.authenticate import authenticate
from countersign.usecases.ports import Ports

API = "signature-nc"
SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of `POST /api/v3/tokens` or of `countersign account create`. A"
        " `test` token and a `production` token never see each other's submissions.",
    }
}


def authenticator(ports: Ports) -> Callable[[Request], Caller]:
    """Finds the caller of a request; raises Unauthorized."""

    def caller_of(request: Request) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthorized()
        return authenticate(API, token.strip(), ports)

    return caller_of

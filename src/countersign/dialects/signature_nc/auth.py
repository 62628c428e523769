"""Who calls: `Authorization: Bearer TOKEN`, a token being of one account and one environment."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from countersign.domain.account import Caller
from countersign.domain.errors import Unauthorized
from countersign.httpkit import bearer_token
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
        if not (token := bearer_token(request)):
            raise Unauthorized()
        return authenticate(API, token, ports)

    return caller_of

"""Who calls: `Authorization: Bearer …` with an access token of the token endpoint."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from countersign.domain.account import Caller
from countersign.httpkit import bearer_token
from countersign.usecases.authenticate import authenticate_token
from countersign.usecases.ports import Ports

API = "signicat"  # of the credentials, which open both versions
SCOPES = ("signicat-api", "client.signature")
# A client may be limited to some of these
PERMISSIONS = {
    "documents": "sign:document",
    "archive-documents": "sign:document",
    "orders": "sign:ordermanager:order",
}
VERBS = {"GET": "read", "HEAD": "read", "POST": "create", "DELETE": "delete"}
SCHEMES = {
    "signrestOauth2Security": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of `POST /auth/open/connect/token`.",
    }
}


def authenticator(ports: Ports) -> Callable[[Request], Caller]:
    """Finds the caller of a request; raises Unauthorized."""

    def caller_of(request: Request) -> Caller:
        return authenticate_token(API, bearer_token(request), SCOPES, ports)

    return caller_of


def authorize(request: Request, caller: Caller) -> None:
    """Every call needs one permission, which follows from its path and method. Raises
    MissingPermission."""
    resource = request.url.path.split("/")[3]
    caller.check_permission(f"{PERMISSIONS[resource]}:{VERBS[request.method]}")

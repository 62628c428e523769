"""What a request says of whoever sent it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

LONGEST_USER_AGENT = 500  # characters kept of what a client says of itself
LONGEST_LOCALE = 35  # RFC 5646, 4.4.1


@dataclass(frozen=True, slots=True)
class Client:
    """`ip` is a proxy's word only when uvicorn was told to trust that proxy; `locale` the language
    tag that the client likes best."""

    ip: str
    user_agent: str
    locale: str | None


def client_of(request: Request) -> Client:
    """Never fails: what is missing is empty."""
    preferred = request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]
    return Client(
        ip=request.client.host if request.client else "",
        user_agent=request.headers.get("user-agent", "")[:LONGEST_USER_AGENT],
        locale=preferred.strip(" *")[:LONGEST_LOCALE] or None,
    )


def bearer_token(request: Request) -> str:
    """What `Authorization: Bearer …` carries (RFC 6750, 2.1); empty where there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""

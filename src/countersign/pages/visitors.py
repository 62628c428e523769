"""Who is looking at a page."""

from __future__ import annotations

from starlette.requests import Request

from countersign.domain.task import Visitor

LONGEST_HEADER = 500  # characters kept of what a browser says of itself


def visitor_of(request: Request) -> Visitor:
    """Address, browser and preferred language; the address is the proxy's word only when uvicorn
    was told to trust that proxy."""
    preferred = request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]
    return Visitor(
        ip=request.client.host if request.client else "",
        user_agent=request.headers.get("user-agent", "")[:LONGEST_HEADER],
        locale=preferred.strip()[:35] or None,
    )

"""Who is looking at a page."""

from __future__ import annotations

from starlette.requests import Request

from countersign.domain.task import Visitor
from countersign.httpkit import client_of


def visitor_of(request: Request) -> Visitor:
    """Address, browser and preferred language."""
    client = client_of(request)
    return Visitor(ip=client.ip, user_agent=client.user_agent, locale=client.locale)

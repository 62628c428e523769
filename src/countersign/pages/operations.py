"""What an operator's tools ask: is it alive, is it ready, how is it doing."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from importlib.metadata import version
from ipaddress import ip_address

from prometheus_client import CollectorRegistry, Gauge, Info, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from countersign.httpkit import text_response

Ping = Callable[[], None]
Waiting = Callable[[], Mapping[tuple[str, str], int]]
SILENT = "the database does not answer"
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


def build(ping: Ping, waiting: Waiting, free: Callable[[], float], *, token: str) -> Starlette:
    """`/healthz` answers while the process runs, `/readyz` when `ping` (the database) does too,
    `/metrics` says how many jobs each queue has in which state and which share of the disk is
    `free`, to whoever shows `token`; without one, to programs on this machine. None of them names a
    person."""

    async def health(_request: Request) -> Response:
        return text_response("ok")

    async def ready(_request: Request) -> Response:
        try:
            await run_in_threadpool(ping)
        except Exception:
            return text_response(SILENT, 503)
        return text_response("ok")

    async def metrics(request: Request) -> Response:
        if not _may_read(request, token):
            refused = {"WWW-Authenticate": "Bearer"}
            return text_response("only for who looks after this server", 401, refused)
        try:
            jobs = await run_in_threadpool(waiting)
        except Exception:
            return text_response(SILENT, 503)
        text = await run_in_threadpool(_exposition, jobs, free())
        return Response(text, media_type="text/plain; version=0.0.4")

    routes = (("/healthz", health), ("/readyz", ready), ("/metrics", metrics))
    return Starlette(routes=[Route(path, endpoint) for path, endpoint in routes])


def _may_read(request: Request, token: str) -> bool:
    if token:
        shown = request.headers.get("authorization", "")
        return hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())
    through_proxy = any(name in request.headers for name in FORWARDED)
    return not through_proxy and _is_here(request.client.host if request.client else "")


def _is_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _exposition(jobs: Mapping[tuple[str, str], int], free: float) -> bytes:
    registry = CollectorRegistry()
    labels = ["queue", "state"]
    gauge = Gauge("countersign_jobs", "Jobs by queue and state", labels, registry=registry)
    for (queue, state), count in jobs.items():
        gauge.labels(queue, state).set(count)
    Gauge("countersign_disk_free_ratio", "Free share of the data's disk", registry=registry).set(
        free
    )
    Info("countersign_build", "The version", registry=registry).info(
        {"version": version("countersign")}
    )
    return generate_latest(registry)

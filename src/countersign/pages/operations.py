"""What an operator's tools ask: is it alive, is it ready, how is it doing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from countersign.httpkit import text_response

Ping = Callable[[], None]
Waiting = Callable[[], Mapping[tuple[str, str], int]]


def build(ping: Ping, waiting: Waiting) -> Starlette:
    """`/healthz` answers while the process runs, `/readyz` when `ping` (the database) does too,
    `/metrics` says how many jobs each queue has in which state. None of them names a person."""

    async def health(_request: Request) -> Response:
        return text_response("ok")

    async def ready(_request: Request) -> Response:
        try:
            await run_in_threadpool(ping)
        except Exception:
            return text_response("the database does not answer", 503)
        return text_response("ok")

    async def metrics(_request: Request) -> Response:
        jobs = await run_in_threadpool(waiting)
        return Response(_exposition(jobs), media_type="text/plain; version=0.0.4")

    routes = (("/healthz", health), ("/readyz", ready), ("/metrics", metrics))
    return Starlette(routes=[Route(path, endpoint) for path, endpoint in routes])


def _exposition(jobs: Mapping[tuple[str, str], int]) -> bytes:
    registry = CollectorRegistry()
    labels = ["queue", "state"]
    gauge = Gauge("countersign_jobs", "Jobs by queue and state", labels, registry=registry)
    for (queue, state), count in jobs.items():
        gauge.labels(queue, state).set(count)
    return generate_latest(registry)

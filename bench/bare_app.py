"""The least that an HTTP server can do: take the body, answer ready bytes. Served by uvicorn as
Countersign is. `python -m bench.bare_app PORT BYTES`"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.network import free_port
from tests.support.processes import accepts_connections, stopped_at_exit, wait_until


@contextmanager
def started(answer_bytes: int) -> Iterator[tuple[int, Callable[[], float]]]:
    """Gives the port, and a function that tells the server's processor seconds so far."""
    port = free_port()
    command = [sys.executable, "-m", "bench.bare_app", str(port), str(answer_bytes)]
    process = subprocess.Popen(command, text=True)
    with stopped_at_exit(process):
        wait_until(lambda: accepts_connections(port), "starting the bare application")
        times = psutil.Process(process.pid).cpu_times
        yield port, lambda: sum(times()[:2])


def serve(port: int, answer_bytes: int) -> None:
    answer = b'"%s"' % (b"x" * (answer_bytes - 2))

    async def respond(request: Request) -> Response:
        await request.body()
        return Response(answer, media_type="application/json")

    paths = ("/api/v3/signatures", "/api/v3/submissions/{uuid}")
    routes = [Route(path, respond, methods=["GET", "POST"]) for path in paths]
    uvicorn.run(Starlette(routes=routes), port=port, access_log=False, log_config=None, ws="none")


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))

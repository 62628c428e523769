"""Running the web server in this process, for `serve` and `demo`."""

from __future__ import annotations

import gc
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn

from countersign import address, app
from countersign.commands.failing import Failure
from countersign.commands.http_head import BoundedHead

LISTEN_BACKLOG = 1024


def say(text: str) -> None:
    """To whoever reads it. A pipe that nobody reads, and a full disk below the log, are no reason
    not to serve."""
    with suppress(OSError):
        print(text, flush=True)


@contextmanager
def listen_address(host: str, port: int) -> Iterator[socket.socket]:
    """An open, listening socket, so that a port in use is said before anything else is done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((host, port))
        except (OSError, OverflowError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else "ports end at 65535"
            raise Failure(
                f"cannot listen on {host} port {port}: {why};"
                " --port chooses another, 0 any free one"
            ) from None
        opened.listen(LISTEN_BACKLOG)
        yield opened


# Between collections. The standard 700 are made by half a request, and looking for rubbish that
# often took a tenth of the time of reads
YOUNG_OBJECTS = 10_000


class _Server(uvicorn.Server):
    """Says that it is ready once it answers, and not before."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def run_server(
    installation: app.Installation,
    listening: socket.socket,
    when_ready: Callable[[], None] = lambda: None,
) -> None:
    """Serves until the process is told to stop; requests and jobs under way are finished."""
    settings = installation.settings

    def ready() -> None:
        # What start-up made stays; without this every full collection walks through all of it
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_OBJECTS)
        address.remember(settings)
        say(f"Countersign is ready at {settings.public_url}")
        when_ready()

    config = uvicorn.Config(
        app.web(installation),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=10,
        ws="none",
        http=BoundedHead,
    )
    signal.signal(signal.SIGTERM, _leave)
    _Server(config, ready).run(sockets=[listening])


def _leave(*_: object) -> None:
    """uvicorn raises the signal that stopped it once more when it is done. That must not end the
    process on the spot: the installation is still to be closed."""
    raise SystemExit(0)

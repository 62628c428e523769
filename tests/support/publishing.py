"""A place where an authority publishes its revocation lists and has its responder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Published = dict[str, bytes | Callable[[bytes], bytes]]


@contextmanager
def publishing() -> Iterator[tuple[str, Published]]:
    """An address, and what is answered there by path: always the same, or what depends on what was
    sent."""
    files: Published = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = files.get(self.path)
            self._say(found if isinstance(found, bytes) else None)

        def do_POST(self) -> None:
            found = files.get(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._say(None if found is None or isinstance(found, bytes) else found(body))

        def _say(self, body: bytes | None) -> None:
            self.send_response(200 if body else 404)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", files
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

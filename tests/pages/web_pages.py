"""Somebody else's web site: a few pages on an origin of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class WebSite:
    """`pages` maps a path to HTML; another `host` name makes it another site for a browser."""

    origin: str
    pages: dict[str, str] = field(default_factory=dict)

    def put(self, html: str, path: str = "/") -> str:
        """The address of the page."""
        self.pages[path] = html
        return self.origin + path


@contextmanager
def web_site(host: str = "localhost") -> Iterator[WebSite]:
    """Served until the block is left."""
    site = WebSite("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html = site.pages.get(self.path)
            body = (html or "").encode()
            self.send_response(200 if html is not None else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.origin = f"http://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

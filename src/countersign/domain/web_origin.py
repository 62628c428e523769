"""Web origins whose pages may embed the signing page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from countersign.domain.errors import Invalid

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\]")
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "[::1]"})
_DEFAULT_PORTS = {"https": 443, "http": 80}


def web_origin(text: str) -> str:
    """`https://host` or `https://host:8443` as a browser writes an origin (RFC 6454): lower case,
    international names in ASCII, no default port.

    Raises Invalid for anything else: a path, a wildcard, and plain http, which whoever is on the
    line could change. http to one's own machine is let pass, for development.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = _host(parts), parts.port
    except ValueError:  # which a UnicodeError is, too
        raise _not_an_origin(text) from None
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host) or not _bare(parts):
        raise _not_an_origin(text)
    if parts.scheme == "http" and host not in _THIS_MACHINE:
        raise Invalid("an origin begins with https://", {"widget_origins": text})
    default = port is None or port == _DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if default else f":{port}")


def web_origins(texts: Iterable[str]) -> tuple[str, ...]:
    """Each as `web_origin` writes it, once. Raises Invalid."""
    return tuple(dict.fromkeys(web_origin(text) for text in texts))


def _host(parts: SplitResult) -> str:
    name = parts.hostname or ""
    return f"[{name}]" if ":" in name else name.encode("idna").decode()


def _bare(parts: SplitResult) -> bool:
    return parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)


def _not_an_origin(text: str) -> Invalid:
    return Invalid("an origin looks like https://www.example.com", {"widget_origins": text})

"""A logo that is given by its address."""

from __future__ import annotations

from countersign.domain.document import FileRef
from countersign.usecases.keep_logo import keep_logo
from countersign.usecases.ports import Ports
from countersign.usecases.set_project_logo import LARGEST_LOGO

TIME_LIMIT = 10.0  # seconds


def fetch_logo(url: str, ports: Ports) -> FileRef:
    """Fetches the picture once and keeps it as `set_project_logo` would: people who sign get it
    from this server. Raises NotFetched, UnusableFile("not_image"), Unavailable."""
    with ports.fetcher.fetch(url, limit_bytes=LARGEST_LOGO, timeout_s=TIME_LIMIT) as staged:
        return keep_logo(staged.read(), ports)

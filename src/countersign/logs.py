"""One line an event, on standard error: readable text, or JSON for a collector.

A line never holds a name, an address, a token or a body; ids are enough to find the rest.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import MutableMapping
from typing import Any

import structlog

from countersign.httpkit.unexpected import described


def _without_values(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Texts and local variables of exceptions hold what people sent: the place must do."""
    given = event.pop("exc_info", None)
    problem = sys.exc_info() if given is True else given
    if isinstance(problem, tuple):
        problem = problem[1]
    if isinstance(problem, BaseException):
        event.update(described(problem))
    return event


SHARED = (
    _without_values,
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def set_up(log_format: str, level: int = logging.INFO) -> None:
    """`log_format` is "text" or "json"; lines below `level` are left out."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=_renderer(log_format), foreign_pre_chain=SHARED
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("uvicorn.access", "httpx2", "httpcore2", "fontTools", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It counts bytes where X.520 bounds characters: a Chinese name of 22 is none too long
    warnings.filterwarnings("ignore", "Attribute's length must be")
    # They log as failures what a verification is asked to find out, with names of signers
    for judge in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(judge).setLevel(logging.CRITICAL)


def _renderer(log_format: str) -> structlog.types.Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())

"""What a running server has recorded, read from its database beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from countersign import app
from countersign.domain.delivery import Message
from countersign.settings import Settings
from countersign.usecases.ports import UnitOfWork
from tests.support.server import RunningServer


@contextmanager
def inside(server: RunningServer, database_url: str = "") -> Iterator[UnitOfWork]:
    settings = Settings(data=server.data, sandbox=True, database_url=database_url)
    with app.opened(settings) as installation, installation.ports.unit_of_work() as uow:
        yield uow


def messages(server: RunningServer) -> Sequence[Message]:
    with inside(server) as uow:
        return uow.messages.newest(10)


def outcomes(server: RunningServer, envelope_id: str) -> list[tuple[str, list[str]]]:
    """The status of each webhook delivery, with what came of each try."""
    with inside(server) as uow:
        return [
            (str(delivery.status), [try_.outcome for try_ in uow.webhooks.attempts(delivery.id)])
            for delivery in uow.webhooks.deliveries(envelope_id)
        ]


def events(server: RunningServer, envelope_id: str, database_url: str = "") -> list[str]:
    """What happened to an envelope, in order."""
    with inside(server, database_url) as uow:
        return [str(link.event.kind) for link in uow.envelopes.evidence(envelope_id)]

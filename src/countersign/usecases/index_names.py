"""Lists that are searched by name stay quick."""

from __future__ import annotations

from countersign.usecases.ports import Ports


def index_names(ports: Ports) -> None:
    """Does what waits in short transactions, so that others write in between. May break off at
    any of them: what is left is searched more slowly until the next time."""
    more = True
    while more:
        with ports.unit_of_work() as uow:
            more = uow.envelopes.index_names()
            uow.commit()

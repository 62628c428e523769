"""Pure: which documents an order is made of. An upload that several tasks name is one document, and
so is a file that one task brings and others sign or look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from countersign.dialects.signicat_v1 import schemas

Spot = tuple[int, int]  # of a document in an order: of its task, and of itself in that


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document comes from: the upload `ref`, or, without one, the person of a task. The
    name is the first one that it is given; `form` is where its form is filled in."""

    ref: str | None
    name: str
    form: Spot | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """`sources` are the documents, `index` says which of them is meant by each in the order."""

    sources: tuple[Source, ...]
    index: Mapping[Spot, int]

    def kept(self, task: int, given: schemas.Task) -> dict[str, int]:
        """Document id → index, for one task."""
        return {
            document.id: self.index[task, number] for number, document in enumerate(given.documents)
        }


def places_of(order: schemas.SigningOrder) -> Places:
    """Of an order without violations."""
    index: dict[Spot, int] = {}
    sources: dict[tuple[str, str], Source] = {}
    for spot, document in documents_of(order):
        key = _key(document)
        form = spot if document.form is not None else None
        before = sources.get(key)
        name = before.name if before else document.description or document.id
        ref = document.documentRef if document.source == "SESSION" else None
        sources[key] = Source(ref, name, (before and before.form) or form)
        index[spot] = list(sources).index(key)
    return Places(tuple(sources.values()), index)


def documents_of(
    order: schemas.SigningOrder,
) -> list[tuple[Spot, schemas.TaskDocument]]:
    """All of them, with where each stands."""
    return [
        ((number, place), document)
        for number, task in enumerate(order.tasks)
        for place, document in enumerate(task.documents)
    ]


def _key(document: schemas.TaskDocument) -> tuple[str, str]:
    if document.source == "SESSION":
        return ("upload", document.documentRef or "")
    return ("brought", brought_as(document))


def brought_as(document: schemas.TaskDocument) -> str:
    """The id under which a task brings a file, in that task or in one that signs or shows it."""
    if document.action == "UPLOAD":
        return document.id
    return document.documentRef or document.id


def bringers(order: schemas.SigningOrder, id: str) -> list[int]:
    """The tasks that bring a file under this id."""
    return [
        number
        for (number, _), document in documents_of(order)
        if document.action == "UPLOAD" and document.id == id
    ]

"""Documents get their bases before anybody signs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from countersign.domain.document import Base
from countersign.domain.envelope import Envelope
from countersign.usecases.ports import Ports


def prepare_documents(envelope: Envelope, ports: Ports) -> tuple[Envelope, list[Base]]:
    """Gives each document that is signed its base: an existing one when upload and layout are the
    same, else a new one. Outside the transaction, since a large file takes its time. In it all of
    them are to be added, as the last other document that has one may be erased meanwhile. What
    was signed already stays as it is. Raises UnusableFile.
    """
    bases: list[Base] = []
    for document in envelope.documents:
        if document.segments or document.awaited or not envelope.signers_of(document.id):
            continue
        key = ports.engine.base_key(envelope, document)
        with ports.unit_of_work() as uow:
            base = uow.bases.get(key)
        if base is None:
            base = ports.engine.prepare(envelope, document)
        bases.append(base)
        prepared = replace(document, base_key=key, base=base.file)
        envelope = envelope.with_document(prepared)
    return envelope, bases


def on_kept_bases(envelope: Envelope, kept: Sequence[Base]) -> Envelope:
    """Another request may have prepared the same upload meanwhile; its base has other bytes."""
    files = {base.key: base.file for base in kept}
    for document in envelope.documents:
        if document.base_key in files:
            envelope = envelope.with_document(replace(document, base=files[document.base_key]))
    return envelope

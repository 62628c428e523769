"""Prepare: from an upload and a layout to the base that all envelopes with both share.

Runs once per (document, layout). Holds no personal data: names, dates and values come with certify
and the acts.
"""

import io
from dataclasses import dataclass
from pathlib import Path

from countersign.pdf.layout import Layout
from countersign.pdf.state import BaseState, Digest, digest_of


@dataclass(frozen=True)
class Prepared:
    """The base, all that must be known of it, and the midstate over it."""

    data: bytes
    state: BaseState
    digest: Digest


def prepare(data: bytes, layout: Layout) -> Prepared:
    """Repair, clean, add the last pages and all fields, embed the shared font, reserve the DSS.

    Raises UnusablePdf when the upload cannot be signed, BadLayout when a field lies outside the
    document.
    """
    from countersign.pdf.base_writer import write_base  # pikepdf: 5 MB that no later step needs

    base = io.BytesIO()
    state = write_base(io.BytesIO(data), layout, base)
    written = base.getvalue()
    digest = digest_of([written])
    return Prepared(written, state.with_digest(digest), digest)


def prepare_file(source: Path, layout: Layout, target: Path) -> BaseState:
    """`prepare` for files of any size, whose bytes stay out of memory.

    The state has no digest yet: whoever keeps the base reads it once more anyway, for the midstate
    that the next step needs.
    """
    from countersign.pdf.base_writer import write_base

    return write_base(source, layout, target)

"""Everything that reads or writes PDF. Bytes in, bytes out; nothing here knows an envelope or a
database.

The writer, in the order of a document's life:

    prepare(data, layout) -> Prepared(data, state, digest)
    certify(state, digest, key, timestamper, EnvelopeValues(…), at) -> Revision
    act(state, chain, digest, slot, ActValues(...), key, timestamper, at) -> Revision
    seal(state, chain, digest, key, timestamper, at) -> Revision
    archive(state, chain, digest, ValidationData(certificates, crls), timestamper) -> Revision

`digest` is the SHA-256 midstate over the file so far (`digest_of(chunks)`), never changed by a
step; each Revision brings the segment to append, the ChainState after it and the midstate over the
longer file. `key` is a `Signer(private_key, certificate_der, chain_ders)`; a `Timestamper` is
called with an imprint and has a `size`. What each step writes, byte by byte, is docs/pdf-format.md.
`image.normalise_signature(data) -> PNG` stands apart, so that only who needs Pillow loads it.
"""

from countersign.pdf.act import ActValues, act
from countersign.pdf.certify import EnvelopeValues, certify
from countersign.pdf.cms import Signer, Timestamper
from countersign.pdf.errors import (
    BadAct,
    BadLayout,
    NoRoom,
    PdfError,
    UnusableImage,
    UnusablePdf,
)
from countersign.pdf.fonts import fonts, use_font_directory
from countersign.pdf.layout import AddedPages, Field, FieldKind, Layout, Slot
from countersign.pdf.prepare import Prepared, prepare, prepare_file
from countersign.pdf.seal import ValidationData, archive, seal
from countersign.pdf.state import BaseState, ChainState, Digest, Revision, digest_of
from countersign.pdf.timestamp import LocalTimestamper

__all__ = [
    "ActValues",
    "AddedPages",
    "BadAct",
    "BadLayout",
    "BaseState",
    "ChainState",
    "Digest",
    "EnvelopeValues",
    "Field",
    "FieldKind",
    "Layout",
    "LocalTimestamper",
    "NoRoom",
    "PdfError",
    "Prepared",
    "Revision",
    "Signer",
    "Slot",
    "Timestamper",
    "UnusableImage",
    "UnusablePdf",
    "ValidationData",
    "act",
    "archive",
    "certify",
    "digest_of",
    "fonts",
    "prepare",
    "prepare_file",
    "seal",
    "use_font_directory",
]

"""Everything that reads or writes PDF. Bytes in, bytes out; nothing here knows an envelope or a
database.

The writer, in the order of a document's life:

    prepare(data, layout) -> Prepared(data, state, digest)
    certify(state, digest, key, timestamper, EnvelopeValues(…), at) -> Revision
    act(state, chain, digest, slot, ActValues(...), key, timestamper, at) -> Revision
    prepare_act(…, certified(certificate, chain), timestamper, at) -> PreparedAct(to_sign, …), later
    finish_act(prepared, digest, value, timestamper) -> Revision     for keys that are elsewhere
    seal(state, chain, digest, key, timestamper, at) -> Revision
    archive(state, chain, digest, ValidationData(certificates, crls), timestamper) -> Revision

`digest` is the SHA-256 midstate over the file so far (`digest_of(chunks)`), never changed by a
step; each Revision brings the segment to append, the ChainState after it and the midstate over the
longer file. `key` is a `Signer(private_key, certificate_der, chain_ders)`; a `Timestamper` is
called with an imprint and has a `size`. What each step writes, byte by byte, is docs/pdf-format.md.
`image.normalise_signature(data) -> PNG` and `picture.picture_page(data) -> PDF` stand apart, so
that only who needs Pillow loads it; so does `fill`, which fills in a form before it is prepared.
"""

from countersign.pdf.act import ActValues, act
from countersign.pdf.certify import EnvelopeValues, certify
from countersign.pdf.cms import Certified, Signer, Timestamper
from countersign.pdf.deferred import (
    PreparedAct,
    certified,
    checked_value,
    finish_act,
    prepare_act,
)
from countersign.pdf.errors import (
    BadAct,
    BadLayout,
    BadSignature,
    FormRefused,
    NoRoom,
    PdfError,
    StaleAct,
    UnusableImage,
    UnusablePdf,
)
from countersign.pdf.fonts import fonts, use_font_directory
from countersign.pdf.layout import AddedPages, Field, FieldKind, Layout, Slot
from countersign.pdf.prepare import Prepared, prepare, prepare_file
from countersign.pdf.seal import ValidationData, archive, seal
from countersign.pdf.state import BaseState, ChainState, Digest, Revision, digest_of
from countersign.pdf.timestamp import LocalTimestamper
from countersign.pdf.words import ENGLISH, Words

__all__ = [
    "ENGLISH",
    "ActValues",
    "AddedPages",
    "BadAct",
    "BadLayout",
    "BadSignature",
    "BaseState",
    "Certified",
    "ChainState",
    "Digest",
    "EnvelopeValues",
    "Field",
    "FieldKind",
    "FormRefused",
    "Layout",
    "LocalTimestamper",
    "NoRoom",
    "PdfError",
    "Prepared",
    "PreparedAct",
    "Revision",
    "Signer",
    "Slot",
    "StaleAct",
    "Timestamper",
    "UnusableImage",
    "UnusablePdf",
    "ValidationData",
    "Words",
    "act",
    "archive",
    "certified",
    "certify",
    "checked_value",
    "digest_of",
    "finish_act",
    "fonts",
    "prepare",
    "prepare_act",
    "prepare_file",
    "seal",
    "use_font_directory",
]

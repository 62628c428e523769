"""Certify: the envelope's own first revision on a shared base (DocMDP, ISO 32000-2, 12.8.2.2)."""

from dataclasses import dataclass
from datetime import datetime

from countersign.pdf import cms, evidence
from countersign.pdf.appearance import form_xobject
from countersign.pdf.signature import sign_field
from countersign.pdf.state import BaseState, Digest, Revision
from countersign.pdf.syntax import text_string
from countersign.pdf.text import clean, typesetter
from countersign.pdf.update import Update

# Only filling in fields and signing is allowed afterwards
_REFERENCE = (
    b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/DigestMethod/SHA256"
    b"/TransformParams<</Type/TransformParams/V/1.2/P 2>>>>]"
)


@dataclass(frozen=True)
class EnvelopeValues:
    """What the evidence page's head says about the envelope."""

    envelope_id: str
    document_name: str


def certify(
    state: BaseState,
    digest: Digest,
    key: cms.Signer,
    timestamper: cms.Timestamper,
    values: EnvelopeValues,
    at: datetime,
) -> Revision:
    """Write the envelope's id and the document's name, and certify all so far (P=2).

    `digest` is the midstate over the base. The base's own bytes are shared between envelopes; from
    here on the file belongs to one. Raises NoRoom, and what `timestamper` raises.
    """
    update = Update(state, state.chain)
    words = state.page_words
    shown_values = ((words.document, values.document_name), (words.envelope, values.envelope_id))
    for row, (label, value) in zip(evidence.HEADER_ROWS, shown_values, strict=True):
        field, value = state.platform_field(f"z_{row.key}"), clean(value)
        if field and value:
            content = evidence.labelled(typesetter(state.face), label, field.box, value)
            shown = update.add(form_xobject(field.box, field.rotate, state.font, content))
            update.override(
                field.num, b"%s/V %s/AP<</N %d 0 R>>>>" % (field.head, text_string(value), shown)
            )
    catalog = state.catalog.encode("latin-1").removesuffix(b">>")
    perms = b"/Perms<</DocMDP %d 0 R>>>>" % update.next_number()
    update.override(state.root, catalog + perms)
    return sign_field(
        update,
        state.own_field("z_cert"),
        digest,
        key,
        timestamper,
        at,
        "Prepared for signing",
        reference=_REFERENCE,
    )

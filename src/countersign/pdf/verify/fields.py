"""New versions of fields: what the base had, plus value and appearance (docs/pdf-format.md, 4)."""

import re

from countersign.pdf.verify.appearance import check_appearance
from countersign.pdf.verify.facts import FieldFacts
from countersign.pdf.verify.objects import NewObjects
from countersign.pdf.verify.refusal import Refused, need

TICKED = "Yes"
# Versions of before wrote upper case throughout
_TEXT = re.compile(
    rb"/V <(?:feff((?:[0-9a-f]{4})+)|FEFF((?:[0-9A-F]{4})+))>/AP<</N ([1-9]\d{0,9}) 0 R>>>>"
)
_SIGNATURE = re.compile(rb"/V ([1-9]\d{0,9}) 0 R(/AP.+)>>", re.DOTALL)
_SHOWN = re.compile(rb"/AP<</N ([1-9]\d{0,9}) 0 R>>")


def text_string(text: str) -> bytes:
    """A PDF text string as we write it."""
    return b"<feff" + text.encode("utf-16-be").hex().encode() + b">"


def field_value(body: bytes, field: FieldFacts, font: int, objects: NewObjects) -> str:
    """The value that this version gives to any field but a signature. Raises Refused."""
    change = _change(body, field)
    if field.kind == "checkbox":
        need(change == b"/V/Yes/AS/Yes/AP " + field.ap + b">>", "checkbox", field.name)
        return TICKED
    found = _TEXT.fullmatch(change)
    if found is None or field.kind == "signature":
        raise Refused(f"value of {field.name}")
    check_appearance(objects.take(int(found[3])), field, font, objects)
    try:
        return bytes.fromhex((found[1] or found[2]).decode("ascii")).decode("utf-16-be")
    except UnicodeDecodeError:
        raise Refused(f"value of {field.name} is no text") from None


def signature_of(body: bytes, field: FieldFacts, font: int, objects: NewObjects) -> int:
    """Number of the signature dictionary that this version of a signature field holds.

    A visible field must get a new appearance, an invisible one keeps its old. Raises Refused.
    """
    found = _SIGNATURE.fullmatch(_change(body, field))
    if found is None:
        raise Refused(f"signature field {field.name}")
    if not field.visible:
        need(found[2] == b"/AP " + field.ap, "appearance of", field.name)
        return int(found[1])
    shown = _SHOWN.fullmatch(found[2])
    if shown is None:
        raise Refused(f"appearance of {field.name}")
    check_appearance(objects.take(int(shown[1])), field, font, objects)
    return int(found[1])


def _change(body: bytes, field: FieldFacts) -> bytes:
    """What was added to the field's dictionary."""
    head = b"<<" + field.body
    need(body.startswith(head), "dictionary of", field.name)
    return body[len(head) :]

"""Act: one signer's fields, image, evidence and signature (FieldMDP, ISO 32000-2, 12.8.2.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from countersign.pdf import cms
from countersign.pdf.appearance import form_xobject, text_content
from countersign.pdf.errors import BadAct
from countersign.pdf.evidence import row_object
from countersign.pdf.signature import open_field
from countersign.pdf.stamp import Mark, initials, mark_content, signature_content
from countersign.pdf.state import BaseState, ChainState, Digest, FieldState, Revision, SlotState
from countersign.pdf.syntax import text_string, utc_text
from countersign.pdf.text import clean, typesetter
from countersign.pdf.update import Unsigned, Update


@dataclass(frozen=True)
class ActValues:
    """What a signer leaves in the document. Empty texts are left out.

    `fields` maps the layout's field names to texts, or to True or False for checkboxes.
    `signature_image` is a PNG from `normalise_signature`; without one `typed` is shown, else the
    name.
    """

    name: str
    contact: str = ""
    identified_by: str = ""
    method: str = ""
    ip: str = ""
    consent: str = ""
    fields: Mapping[str, str | bool] = field(default_factory=dict)
    signature_image: bytes | None = None
    typed: str = ""


def act(
    state: BaseState,
    chain: ChainState,
    digest: Digest,
    slot: int,
    values: ActValues,
    key: cms.Signer,
    timestamper: cms.Timestamper,
    at: datetime,
) -> Revision:
    """The act of the signer in `slot` (from 0), appended to a file that stands at `chain`.

    `digest` is the midstate over the file so far, `key` names this signer, `at` is shown and
    claimed as the time. Raises BadAct for an unknown slot or field, UnusableImage, NoRoom, and what
    `timestamper` raises.
    """
    room = cms.signature_room(key, timestamper)
    unsigned = write_act(state, chain, slot, values, room, at)
    return unsigned.fill(digest, lambda digest: cms.signature(key, digest, timestamper))


def write_act(
    state: BaseState, chain: ChainState, slot: int, values: ActValues, room: int, at: datetime
) -> Unsigned:
    """The same with `room` bytes for a signature that is still to be made."""
    return _ActWriter(state, chain, state.slot(slot), values, at).write(room)


class _ActWriter:
    def __init__(
        self, state: BaseState, chain: ChainState, slot: SlotState, values: ActValues, at: datetime
    ) -> None:
        self._update = Update(state, chain)
        self._state, self._slot, self._values, self._at = state, slot, values, at
        self._typesetter = typesetter(state.face)
        self._name = clean(values.name)
        self._consent = clean(values.consent)
        self._time = f"{utc_text(at)} UTC"
        self._image: int | None = None
        self._mark = Mark(clean(values.typed) or self._name)

    def write(self, room: int) -> Unsigned:
        self._add_image()
        self._fill_layout_fields()
        self._fill_evidence()
        own = self._slot.signature
        shown = self._update.add(self._drawn(own, self._signature())) if own.visible else None
        return open_field(
            self._update,
            own,
            room,
            self._at,
            self._consent or "Signed",
            name=self._name,
            reference=_lock_reference(self._state.root, self._slot.locked),
            appearance=shown,
        )

    def _add_image(self) -> None:
        if self._values.signature_image is None:
            return
        from countersign.pdf.image import pdf_image  # Pillow: 8 MB that few acts need

        image = pdf_image(self._values.signature_image)
        mask = self._update.add(image.mask_body())
        self._image = self._update.add(image.body(mask))
        self._mark = Mark(self._mark.text, image.pixels)

    def _fill_layout_fields(self) -> None:
        given = dict(self._values.fields)
        for label, target in self._slot.by_label.items():
            value = given.pop(label, None)
            if target.kind == "checkbox":
                self._tick(target, bool(value))
            else:
                self._fill(target, *self._shown_in(target, _as_text(label, value)))
        given.pop(self._slot.signature.label, None)
        if given:
            raise BadAct(f"the slot has no fields {sorted(given)}")

    def _shown_in(self, target: FieldState, value: str) -> tuple[str, str]:
        """Value and appearance of one field of the layout."""
        box = target.box
        match target.kind:
            case "mark":
                return self._name, mark_content(self._typesetter, box, self._mark)
            case "initials":
                text = value or initials(self._name)
                return text, mark_content(self._typesetter, box, Mark(text))
            case "stamp":
                lines = (clean(self._values.contact), self._time)
                content = signature_content(self._typesetter, box, Mark(self._name), lines)
                return f"{self._name}, {self._time}", content
            case _:
                return value, text_content(self._typesetter, box, value)

    def _fill_evidence(self) -> None:
        values = self._values
        rows = {
            "name": self._name,
            "contact": clean(values.contact),
            "identified": clean(values.identified_by),
            "method": clean(values.method),
            "time": self._time,
            "ip": clean(values.ip),
            "consent": self._consent,
        }
        for key, value in rows.items():
            if value and (target := self._slot.evidence.get(key)):
                self._put(target, value, self._row(key, target, value))

    def _row(self, key: str, target: FieldState, value: str) -> bytes:
        font, label = self._state.font, self._state.page_words.label(key, value)
        return row_object(self._typesetter, font, label, target.box, target.rotate, value)

    def _signature(self) -> str:
        caption = (self._name, self._time) if self._image or self._values.typed else (self._time,)
        return signature_content(self._typesetter, self._slot.signature.box, self._mark, caption)

    def _tick(self, target: FieldState, ticked: bool) -> None:
        if ticked:
            ap = target.ap.encode("latin-1")
            self._update.override(target.num, b"%s/V/Yes/AS/Yes/AP %s>>" % (target.head, ap))

    def _fill(self, target: FieldState, value: str, content: str) -> None:
        if value:
            self._put(target, value, self._drawn(target, content))

    def _put(self, target: FieldState, value: str, appearance: bytes) -> None:
        shown, text = self._update.add(appearance), text_string(value)
        self._update.override(target.num, b"%s/V %s/AP<</N %d 0 R>>>>" % (target.head, text, shown))

    def _drawn(self, target: FieldState, content: str) -> bytes:
        image = self._image if self._image and "/Im Do" in content else None
        return form_xobject(target.box, target.rotate, self._state.font, content, image)


def _as_text(label: str, value: str | bool | None) -> str:
    if isinstance(value, bool):
        raise BadAct(f"field {label!r} takes a text")
    return clean(value or "")


@lru_cache(maxsize=1000)
def _lock_reference(root: int, names: tuple[str, ...]) -> bytes:
    """Freezes the slot's fields: P=2 alone would let anybody change them later without a trace."""
    if not names:
        return b""
    return (
        b"/Reference[<</Type/SigRef/TransformMethod/FieldMDP/DigestMethod/SHA256/Data %d 0 R"
        b"/TransformParams<</Type/TransformParams/V/1.2/Action/Include/Fields[%s]>>>>]"
    ) % (root, b"".join(map(text_string, names)))

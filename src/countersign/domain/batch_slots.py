"""What the columns of a batch may fill, and a first guess at which column fills what."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from countersign.domain.batch import Slot, SlotKind
from countersign.domain.form import Form, Tag
from countersign.domain.template import Template

# Headings of columns in the languages that our users' files are in, in small letters and digits
NAME_WORDS = (
    *("name", "fullname", "navn", "namn", "nimi", "nom", "nombre", "nome", "naam", "nafn"),
)
EMAIL_WORDS = (
    *("email", "mail", "emailaddress", "epost", "epostadress", "epostadresse", "eposti"),
    *("mailadresse", "correo", "courriel", "correu", "teldupostur", "sahkoposti"),
)
TITLE = Slot(
    key="title",
    label="Name of each envelope, from a column",
    kind=SlotKind.TEXT,
    required=False,
    words=("title", "titel", "subject", "envelope"),
)
MOST_SIGNERS = 3  # of a form, besides those that it brings along


def slots_of(source: Template | Form) -> tuple[Slot, ...]:
    """A template's roles each need somebody; a form's documents have tags, and one signer at
    least."""
    if isinstance(source, Template):
        people = [
            slot
            for number, role in enumerate(source.roles)
            for slot in _person(number, role.label, required=True)
        ]
        return (*people, TITLE)
    signers = [
        slot
        for number in range(MOST_SIGNERS)
        for slot in _person(number, _signer(number), required=number == 0)
    ]
    return (*signers, *map(_tag, source.tags), TITLE)


def guess(slots: Sequence[Slot], columns: Sequence[str]) -> dict[str, int]:
    """Slot key → column, by the headings; each column once, the best fit first."""
    headings = [plain(column) for column in columns]
    found: dict[str, int] = {}
    for slot in slots:
        fits = (
            number
            for word in slot.words
            for number, heading in enumerate(headings)
            if heading == word and number not in found.values()
        )
        if (column := next(fits, None)) is not None:
            found[slot.key] = column
    return found


def plain(text: str) -> str:
    """Small letters and digits, without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if sign.isalnum())


def _signer(number: int) -> str:
    return "Signer" if number == 0 else f"Signer {number + 1}, if there is one"


def _person(number: int, label: str, *, required: bool) -> tuple[Slot, Slot]:
    def slot(key: str, said: str, kind: SlotKind, words: Sequence[str]) -> Slot:
        who = [plain(label)] if number == 0 else [plain(label), f"signer{number + 1}"]
        own = [f"{one}{word}" for one in who for word in words]
        own += [f"{word}{number + 1}" for word in words]
        return Slot(
            key=f"person.{number}.{key}",
            label=f"{label}: {said}",
            kind=kind,
            required=required,
            words=(*own, *(words if number == 0 else ())),
        )

    return (
        slot("name", "name", SlotKind.NAME, NAME_WORDS),
        slot("email", "e-mail address", SlotKind.EMAIL, EMAIL_WORDS),
    )


def _tag(tag: Tag) -> Slot:
    return Slot(
        key=f"tag.{tag.name}",
        label=tag.label,
        kind=SlotKind(tag.kind.value),
        required=not tag.value,
        words=(plain(tag.name), plain(tag.label)),
    )

"""Distinguished names (RFC 5280, 4.1.2.4) that every validator can compare.

Names are compared after string preparation (RFC 4518), which knows the characters of Unicode 3.2
and, as widely implemented, refuses a value that mixes directions. What does not pass that would
make the certificate, and with it the signature, unreadable to some validators; the name as it was
written stands in the document.
"""

import stringprep
import unicodedata

from countersign import der
from countersign.adapters.keys.certificate import extension
from countersign.adapters.keys.material import Person

_COMMON_NAME, _NAME, _SERIAL_NUMBER, _ORGANISATION = "2.5.4.3", "2.5.4.41", "2.5.4.5", "2.5.4.10"
# Upper bounds of X.520 for CN and serialNumber; `name` has room for 32,768 characters
_BOUND = 64
_UNKNOWN = "\N{WHITE SQUARE}"
_PROHIBITED = (
    stringprep.in_table_a1,  # unassigned in Unicode 3.2, such as emoji
    stringprep.in_table_c3,  # private use
    stringprep.in_table_c4,  # non-characters
    stringprep.in_table_c8,  # changes of display
    "\N{REPLACEMENT CHARACTER}".__eq__,
)


def authority_name(common_name: str, organisation: str) -> bytes:
    """The subject of a platform certificate."""
    return der.sequence(
        _attribute(_ORGANISATION, organisation), _attribute(_COMMON_NAME, common_name)
    )


def person_name(person: Person) -> bytes:
    """The subject of a signer's certificate.

    CN is the name, cut to 64 characters; `name` is the whole name when it was cut. A name in two
    directions has one CN for each.
    """
    name = prepared(person.name) or _ascii(person.email) or "Unnamed signer"
    attributes = []
    if identifier := _ascii(person.identifier):
        attributes.append(_attribute(_SERIAL_NUMBER, _shortened(identifier)))
    for part in one_direction_each(name):
        if len(part) > _BOUND:
            attributes.append(_attribute(_NAME, part))
        attributes.append(_attribute(_COMMON_NAME, _shortened(part)))
    return der.sequence(*attributes)


def email_name(email: str) -> bytes:
    """subjectAltName with the address; nothing for what an rfc822Name cannot hold."""
    if not email.isascii() or not email.isprintable() or "@" not in email or " " in email:
        return b""
    return extension("2.5.29.17", der.sequence(der.tlv(0x81, email.encode())))


def prepared(text: str) -> str:
    """Without control characters, unknown characters as white squares, blanks folded."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = "".join(map(_comparable, unicodedata.normalize("NFKC", text)))
    return " ".join(kept.split())


def _ascii(text: str) -> str:
    """Identifiers of persons are made of ASCII; other characters become question marks."""
    return prepared(text).encode("ascii", "replace").decode()


def one_direction_each(name: str) -> list[str]:
    """The words that read right to left and the others, each group as one value."""
    if not any(map(stringprep.in_table_d1, name)):
        return [name]
    groups: dict[bool, list[str]] = {}
    for word in name.split():
        groups.setdefault(any(map(stringprep.in_table_d1, word)), []).append(word)
    parts = [_pure(" ".join(words), turned) for turned, words in groups.items()]
    return [part for part in parts if part]


def _pure(words: str, right_to_left: bool) -> str:
    """A right-to-left value must begin and end with, and hold no other than, such letters."""
    if not right_to_left:
        return words
    kept = [character for character in words if not stringprep.in_table_d2(character)]
    letters = [index for index, one in enumerate(kept) if stringprep.in_table_d1(one)]
    return "".join(kept[letters[0] : letters[-1] + 1])


def _comparable(character: str) -> str:
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return " "
    compared = unicodedata.normalize("NFKC", stringprep.map_table_b2(character))
    forbidden = any(refuses(one) for one in compared for refuses in _PROHIBITED)
    return _UNKNOWN if forbidden else character


def _attribute(dotted: str, value: str) -> bytes:
    return der.tlv(0x31, der.sequence(der.oid(dotted), der.utf8(value)))


def _shortened(text: str) -> str:
    """Cut to the bound; the last letter kept is of the direction of the others."""
    if len(text) <= _BOUND:
        return text
    turned = any(map(stringprep.in_table_d1, text))
    return _pure(text[:_BOUND], True) if turned else text[: _BOUND - 1].rstrip() + "…"

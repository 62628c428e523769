"""How long an SMS is: parts of 160 characters of the GSM alphabet (3GPP TS 23.038), or of 70 when
there is any other character; a little less in each where there are several."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import normalize

MOST_PARTS = 3
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€")  # two places each
# What print has and a phone's keyboard has not; one of them would more than double the length
_PLAINER = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "‘": "'",
        "’": "'",
        "–": "-",
        "—": "-",
        "…": "...",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
    }
)
LENGTHS = (60, 40, 25, 15)  # characters of a name


def parts(text: str) -> int:
    """How many SMS it takes, each of which is paid for."""
    if _BASIC.issuperset(set(text) - _TWICE):
        length = len(text) + sum(character in _TWICE for character in text)
        return 1 if length <= 160 else -(-length // 153)
    length = len(text.encode("utf-16-be")) // 2
    return 1 if length <= 70 else -(-length // 67)


def fitted(write: Callable[[Callable[[str], str]], str]) -> str:
    """What `write` makes of names that are cut by the function it is given: as little as leaves at
    most `MOST_PARTS`."""
    for longest in LENGTHS:
        text = plainer(write(_cutter(longest)))
        if parts(text) <= MOST_PARTS:
            break
    return text


def plainer(text: str) -> str:
    """Quotation marks, dashes and blanks as phones have them."""
    return normalize("NFC", text).translate(_PLAINER)


def _cutter(longest: int) -> Callable[[str], str]:
    def cut(name: str) -> str:
        return name if len(name) <= longest else name[: longest - 3].rstrip() + "..."

    return cut

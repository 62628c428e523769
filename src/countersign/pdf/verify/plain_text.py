"""Text as a field can hold it: the database may hold characters that no page can show."""

import unicodedata

_DIRECTIONAL = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)


def plain(text: str) -> str:
    """`text` with control characters as blanks, without directional controls and outer blanks."""
    shown = text.translate(_DIRECTIONAL)
    if not shown.isprintable():
        shown = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in shown)
    return shown.strip()

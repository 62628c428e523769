"""Colours that somebody else chose, made readable. Pages and mail share it.

WCAG 2.2, 1.4.3: text needs a contrast of 4.5 to 1. A colour itself is kept where it is a
background; as ink it is moved towards black or white until it reaches that contrast.
"""

from __future__ import annotations

import re

Colour = tuple[int, int, int]

READABLE = 4.5
VISIBLE = 3.0  # WCAG 2.2, 1.4.11: what marks a control, or is not text
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
_HEX = re.compile(r"#?([0-9a-f]{6})", re.IGNORECASE)


def parse_colour(text: str) -> Colour | None:
    """`#0d5f66` or `0d5f66` as red, green, blue (0-255); None for anything else."""
    match = _HEX.fullmatch(text.strip())
    if match is None:
        return None
    red, green, blue = bytes.fromhex(match[1])
    return red, green, blue


def css_colour(colour: Colour) -> str:
    """`#0d5f66`."""
    return "#" + bytes(colour).hex()


def contrast(one: Colour, other: Colour) -> float:
    """WCAG contrast ratio, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def text_on(background: Colour) -> Colour:
    """Black or white, whichever is read better on `background`; one of them always can be."""
    return max(BLACK, WHITE, key=lambda candidate: contrast(candidate, background))


def readable_on(
    colour: Colour, background: Colour, towards: Colour, least: float = READABLE
) -> Colour:
    """The nearest mixture of `colour` with `towards` that can be read on `background`, or that has
    another contrast of at `least`."""
    for percent in range(0, 101, 4):
        mixed = _mix(colour, towards, percent / 100)
        if contrast(mixed, background) >= least:
            return mixed
    return towards


def _mix(colour: Colour, towards: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, towards, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)

"""A sender's accent colour as a stylesheet whose every combination can be read.

WCAG 2.2, 1.4.3: text needs a contrast of 4.5 to 1. The colour itself is kept where it is a
background; as ink it is moved towards black or white until it reaches that contrast.
"""

from __future__ import annotations

import re

Colour = tuple[int, int, int]

READABLE = 4.5
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
_LIGHT_DESK: Colour = (0xF1, 0xEF, 0xEA)
_DARK_DESK: Colour = (0x26, 0x28, 0x2B)
_HEX = re.compile(r"#?([0-9a-f]{6})", re.IGNORECASE)


def parse_colour(text: str) -> Colour | None:
    """`#0d5f66` or `0d5f66` as red, green, blue (0-255); None for anything else."""
    match = _HEX.fullmatch(text.strip())
    if match is None:
        return None
    red, green, blue = bytes.fromhex(match[1])
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """WCAG contrast ratio, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def accent_stylesheet(colour: Colour) -> str:
    """CSS that overrides the accent tokens of tokens.css, in light and in dark."""
    light = _declarations(colour, ink=_readable_on(colour, _LIGHT_DESK, BLACK))
    dark = _declarations(colour, ink=_readable_on(colour, _DARK_DESK, WHITE))
    paper = f"--paper-accent:{_css(_readable_on(colour, WHITE, BLACK))}"
    return f":root{{{light};{paper}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def _declarations(colour: Colour, ink: Colour) -> str:
    text = max(BLACK, WHITE, key=lambda candidate: contrast(candidate, colour))
    return f"--accent:{_css(colour)};--on-accent:{_css(text)};--accent-ink:{_css(ink)}"


def _readable_on(colour: Colour, background: Colour, towards: Colour) -> Colour:
    """The nearest mixture of `colour` with `towards` that can be read on `background`."""
    for percent in range(0, 101, 4):
        mixed = _mix(colour, towards, percent / 100)
        if contrast(mixed, background) >= READABLE:
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


def _css(colour: Colour) -> str:
    return "#" + bytes(colour).hex()

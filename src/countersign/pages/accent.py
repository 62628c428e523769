"""A sender's colours as a stylesheet whose every combination can be read, in light and in dark."""

from __future__ import annotations

import re

from countersign.colours import (
    BLACK,
    VISIBLE,
    WHITE,
    Colour,
    css_colour,
    parse_colour,
    readable_on,
    text_on,
)

_LIGHT_DESK: Colour = (0xF1, 0xEF, 0xEA)
_DARK_DESK: Colour = (0x26, 0x28, 0x2B)
_NAME = re.compile(r"([0-9a-f]{6})(?:-([0-9a-f]{6}))?")


def accent_name(primary: str, secondary: str = "") -> str | None:
    """What a stylesheet for these colours is called: `0d5f66-ffd400`. None when there is none."""
    colours = [colour for text in (primary, secondary) if (colour := parse_colour(text))]
    return "-".join(bytes(colour).hex() for colour in colours) or None


def accent_stylesheet(name: str) -> str | None:
    """CSS that overrides the accent tokens of tokens.css; None for what `accent_name` never made.

    The second colour is decoration only (the line above the page), so it needs no contrast.
    """
    match = _NAME.fullmatch(name)
    colour = parse_colour(match[1]) if match else None
    if match is None or colour is None:
        return None
    light = _declarations(colour, _LIGHT_DESK, BLACK)
    dark = _declarations(colour, _DARK_DESK, WHITE)
    paper = f"--paper-accent:{css_colour(readable_on(colour, WHITE, BLACK))}"
    line = f"--brand-line:4px solid #{match[2] or match[1]}"
    return f":root{{{light};{paper};{line}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def _declarations(colour: Colour, desk: Colour, towards: Colour) -> str:
    ink = readable_on(colour, desk, towards)
    tokens = {"accent": colour, "on-accent": text_on(colour), "accent-ink": ink}
    # A white button on a white page still has an outline
    tokens["accent-edge"] = readable_on(colour, desk, towards, VISIBLE)
    return ";".join(f"--{name}:{css_colour(value)}" for name, value in tokens.items())

"""Whatever colour a sender chooses, people can read what stands on it and is written in it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from countersign.pages.accent import accent_stylesheet, contrast, parse_colour

colours = st.tuples(*[st.integers(0, 255)] * 3)
LIGHT, DARK, PAPER = (0xF1, 0xEF, 0xEA), (0x26, 0x28, 0x2B), (255, 255, 255)


def declared(css: str, name: str) -> list[tuple[int, int, int]]:
    found = [parse_colour(value) for value in re.findall(rf"--{name}:(#\w+)", css)]
    return [colour for colour in found if colour]


@given(colours)
def test_every_accent_can_be_read(colour: tuple[int, int, int]) -> None:
    css = accent_stylesheet(colour)
    for accent, text in zip(declared(css, "accent"), declared(css, "on-accent"), strict=True):
        assert contrast(accent, text) >= 4.5
    for ink, desk in zip(declared(css, "accent-ink"), (LIGHT, DARK), strict=True):
        assert contrast(ink, desk) >= 4.5
    [paper] = declared(css, "paper-accent")
    assert contrast(paper, PAPER) >= 4.5


def test_only_a_colour_is_taken_for_one() -> None:
    assert parse_colour("#0D5f66") == (13, 95, 102)
    for text in ("red", "#fff", "#0d5f66;}", "url(x)", ""):
        assert parse_colour(text) is None

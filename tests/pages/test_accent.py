"""Whatever colour a sender chooses, people can read what stands on it and is written in it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from countersign.colours import contrast, css_colour, parse_colour
from countersign.pages.accent import accent_name, accent_stylesheet

colours = st.tuples(*[st.integers(0, 255)] * 3)
LIGHT, DARK, PAPER = (0xF1, 0xEF, 0xEA), (0x26, 0x28, 0x2B), (255, 255, 255)


def declared(css: str, name: str) -> list[tuple[int, int, int]]:
    found = [parse_colour(value) for value in re.findall(rf"--{name}:(#\w+)", css)]
    return [colour for colour in found if colour]


@given(colours)
def test_every_accent_can_be_read(colour: tuple[int, int, int]) -> None:
    css = accent_stylesheet(accent_name(css_colour(colour)) or "") or ""
    assert len(declared(css, "accent")) == 2
    for accent, text in zip(declared(css, "accent"), declared(css, "on-accent"), strict=True):
        assert contrast(accent, text) >= 4.5
    for ink, desk in zip(declared(css, "accent-ink"), (LIGHT, DARK), strict=True):
        assert contrast(ink, desk) >= 4.5
    for edge, desk in zip(declared(css, "accent-edge"), (LIGHT, DARK), strict=True):
        assert contrast(edge, desk) >= 3
    [paper] = declared(css, "paper-accent")
    assert contrast(paper, PAPER) >= 4.5


def test_only_a_colour_is_taken_for_one() -> None:
    assert parse_colour("#0D5f66") == (13, 95, 102)
    for text in ("red", "#fff", "#0d5f66;}", "url(x)", ""):
        assert parse_colour(text) is None


def test_the_second_colour_decorates_and_stands_in_for_a_first_that_is_missing() -> None:
    both = accent_stylesheet(accent_name("#0d5f66", "#FFD400") or "") or ""
    assert declared(both, "accent") == [(13, 95, 102)] * 2
    assert "solid #ffd400" in both
    assert accent_name("", "#ffd400") == "ffd400"
    assert accent_name("", "") is None


def test_a_stylesheet_is_made_for_colours_only() -> None:
    for name in ("", "red", "0d5f66-", "0d5f66-ffd400-aaaaaa", "0D5F66", "0d5f66;}"):
        assert accent_stylesheet(name) is None

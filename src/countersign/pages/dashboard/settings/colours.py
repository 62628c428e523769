"""What is said of a sender's colour: how it can be read."""

from __future__ import annotations

from countersign.colours import (
    BLACK,
    READABLE,
    WHITE,
    contrast,
    css_colour,
    parse_colour,
    readable_on,
    text_on,
)


def contrast_sentence(text: str) -> str:
    """By WCAG 2.2, 1.4.3. Nothing has to be done about it: what can't be read is made readable."""
    if not text.strip():
        return "No colour is chosen: pages and mails have Countersign's own."
    colour = parse_colour(text)
    if colour is None:
        return "This is no colour. Write it like #0d5f66."
    on_it = text_on(colour)
    name = "White" if on_it == WHITE else "Black"
    first = f"{name} text on buttons of this colour: contrast {contrast(on_it, colour):.1f} to 1."
    as_ink = contrast(colour, WHITE)
    if as_ink >= READABLE:
        return f"{first} As text on white: {as_ink:.1f} to 1, which can be read."
    darker = css_colour(readable_on(colour, WHITE, BLACK))
    return (
        f"{first} As text on white it has {as_ink:.1f} to 1, which is too little (4.5), so links"
        f" use a darker shade ({darker})."
    )

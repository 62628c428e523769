"""Whose letter it is: name, logo and colours of the sender, as a mail shows them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from countersign.colours import (
    VISIBLE,
    WHITE,
    Colour,
    css_colour,
    parse_colour,
    readable_on,
    text_on,
)
from countersign.domain.envelope import Envelope
from countersign.domain.inline_image import content_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """Colours of the button and of the line beside the title, `#rrggbb`."""

    button: str
    on_button: str
    line: str


LIGHT = Scheme(button="#0d5f66", on_button="#ffffff", line="#0d5f66")
DARK = Scheme(button="#6cc5c3", on_button="#08211f", line="#6cc5c3")
DARK_CARD: Colour = (0x26, 0x28, 0x2B)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """`company` is "" for a sender without branding, `logo` the name of a picture in the mail."""

    company: str
    logo: str
    light: Scheme
    dark: Scheme


def letterhead(envelope: Envelope) -> Letterhead:
    """The button's text is black or white, whichever can be read on the sender's colour."""
    branding = envelope.settings.branding
    company = envelope.known_sender if branding.company_name or branding.logo else ""
    primary, second = branding.primary_color, branding.secondary_color
    return Letterhead(
        company=company,
        logo=content_id(branding.logo) if branding.logo else "",
        light=_scheme(primary, second, LIGHT),
        dark=_in_the_dark(_scheme(primary, second, DARK)),
    )


def _in_the_dark(scheme: Scheme) -> Scheme:
    line = parse_colour(scheme.line) or WHITE
    return replace(scheme, line=css_colour(readable_on(line, DARK_CARD, WHITE, VISIBLE)))


def _scheme(primary: str, second: str, usual: Scheme) -> Scheme:
    colour = parse_colour(primary) or parse_colour(second)
    if colour is None:
        return usual
    line = parse_colour(second) or colour
    return Scheme(
        button=css_colour(colour), on_button=css_colour(text_on(colour)), line=css_colour(line)
    )

"""How the signing page looks and what it offers, under a name that tasks of an account may ask
for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from countersign.colours import parse_colour
from countersign.domain.branding import Branding
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid

BUTTONS = ("decline", "forward", "postpone", "download")
LONGEST_NAME = 255  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """What is empty in its `branding` is the envelope's. The buttons that are `hidden` (some of
    BUTTONS) don't show, whatever the task allows; with `skip_intro` the page begins with the
    document. Read when a page is shown, so a change reaches tasks that are out; only the order of
    the steps is settled when a task is made: with `identify_first` whoever signs with an eID logs
    in before the documents show."""

    account_id: str
    name: str
    created_at: datetime
    branding: Branding = field(default_factory=Branding)
    hidden: tuple[str, ...] = ()
    skip_intro: bool = False
    identify_first: bool = False


def check_interface(interface: Interface) -> None:
    """Raises Invalid for a name that is empty or too long, a button that there is not, and what is
    no colour (`#rrggbb`)."""
    wrong: dict[str, str] = {}
    if not interface.name.strip() or len(interface.name) > LONGEST_NAME:
        wrong["name"] = f"1 to {LONGEST_NAME} characters"
    if unknown := sorted(set(interface.hidden) - set(BUTTONS)):
        wrong["hidden"] = f"no such button: {', '.join(unknown)}"
    for part in ("primary_color", "secondary_color"):
        colour = getattr(interface.branding, part)
        if colour and parse_colour(colour) is None:
            wrong[part] = "must be like #0d5f66"
    if wrong:
        raise Invalid("an interface that can't be shown", wrong)


def dressed(envelope: Envelope, interface: Interface) -> Envelope:
    """The envelope as this interface shows it. Nothing that may be saved."""
    own, wanted = envelope.settings.branding, interface.branding
    logo = wanted if wanted.logo or wanted.logo_url else own
    branding = Branding(
        company_name=wanted.company_name or own.company_name,
        logo=logo.logo,
        logo_url=logo.logo_url,
        primary_color=wanted.primary_color or own.primary_color,
        secondary_color=wanted.secondary_color or own.secondary_color,
    )
    skips = interface.skip_intro or envelope.settings.skip_intro
    settings = replace(envelope.settings, branding=branding, skip_intro=skips)
    return replace(envelope, settings=settings)

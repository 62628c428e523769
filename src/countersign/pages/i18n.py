"""Languages of the pages: which one to choose, its texts, its dates.

Texts are gettext catalogues read from their .po files at first use, so that there is no compiled
file to forget. A language without a catalogue falls back to English.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

CATALOGUES = Path(__file__).with_name("translations")
SOURCE_LANGUAGE = "en"

# Each language by the name its own speakers give it
LANGUAGE_NAMES = {
    "ca": "Català",
    "da": "Dansk",
    "nl": "Nederlands",
    "en": "English",
    "et": "Eesti",
    "fo": "Føroyskt",
    "fi": "Suomi",
    "fr": "Français",
    "de": "Deutsch",
    "kl": "Kalaallisut",
    "it": "Italiano",
    "nb": "Norsk bokmål",
    "nn": "Norsk nynorsk",
    "es": "Español",
    "sv": "Svenska",
}
_SAME_LANGUAGE = {"no": "nb", "iw": "he"}


@cache
def available_languages() -> tuple[str, ...]:
    """The languages that have texts, in the order of `LANGUAGE_NAMES`."""
    return tuple(
        code for code in LANGUAGE_NAMES if code == SOURCE_LANGUAGE or _catalogue_path(code).exists()
    )


def choose_language(wishes: Iterable[str | None], accept_language: str = "") -> str:
    """The first wish (BCP 47, e.g. "fr-CA") that has texts, else the browser's, else English."""
    for wish in (*wishes, *_accepted(accept_language)):
        language = _supported(wish) if wish else None
        if language:
            return language
    return SOURCE_LANGUAGE


def _supported(wish: str) -> str | None:
    tag = wish.strip().replace("_", "-").lower()
    primary = tag.partition("-")[0]
    tag = _SAME_LANGUAGE.get(primary, primary) if primary in _SAME_LANGUAGE else tag
    return negotiate_locale([tag], available_languages(), sep="-")


def _accepted(header: str) -> list[str]:
    """Tags of an Accept-Language header, best first; what cannot be read is passed over."""
    weighted = []
    for part in header.split(",")[:20]:
        tag, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        if tag and tag != "*" and weight.replace(".", "", 1).isdecimal():
            weighted.append((float(weight), tag))
    return [tag for weight, tag in sorted(weighted, key=lambda pair: -pair[0]) if weight > 0]


@cache
def translations(language: str) -> NullTranslations:
    """The texts of a language; English texts are the message ids themselves."""
    path = _catalogue_path(language)
    if language == SOURCE_LANGUAGE or not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    texts: GNUTranslations = Translations(compiled)
    return texts


def text_direction(language: str) -> str:
    """`ltr` or `rtl`, for the dir attribute."""
    try:
        return Locale.parse(language, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"


def format_day(moment: datetime, language: str, time_zone: str = "UTC") -> str:
    """The day of an aware moment, as the language writes it: 30 November 2026."""
    return format_date(moment.astimezone(ZoneInfo(time_zone)), format="long", locale=language)


def format_moment(moment: datetime, language: str, time_zone: str = "UTC") -> str:
    """Day and time of an aware moment, always with the time zone it is written in."""
    local = moment.astimezone(ZoneInfo(time_zone))
    day = format_date(local, format="long", locale=language)
    time = format_datetime(local, format="HH:mm zzz", locale=language)
    return f"{day} {time}"


def _catalogue_path(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"

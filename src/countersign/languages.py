"""Languages that people read: which one to choose, its texts, its dates. Pages and mail share it.

Texts are gettext catalogues read from their .po files at first use, so that there is no compiled
file to forget. A language without a catalogue falls back to English.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

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


class Catalogues:
    """The texts of one surface: `folder` holds `<language>/LC_MESSAGES/messages.po`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[str, NullTranslations] = {}

    @cached_property
    def _languages(self) -> tuple[str, ...]:
        return tuple(
            code for code in LANGUAGE_NAMES if code == SOURCE_LANGUAGE or self._path(code).exists()
        )

    def languages(self) -> tuple[str, ...]:
        """The languages that have texts, in the order of `LANGUAGE_NAMES`."""
        return self._languages

    def choose(self, wishes: Iterable[str | None], accept_language: str = "") -> str:
        """The first wish (BCP 47, e.g. "fr-CA") that has texts, else the browser's, else
        English."""
        for wish in (*wishes, *_accepted(accept_language)):
            language = self._supported(wish) if wish else None
            if language:
                return language
        return SOURCE_LANGUAGE

    def texts(self, language: str) -> NullTranslations:
        """The texts of a language; English texts are the message ids themselves."""
        if language not in self._texts:
            self._texts[language] = self._read(language)
        return self._texts[language]

    def _read(self, language: str) -> NullTranslations:
        if language == SOURCE_LANGUAGE or language not in self._languages:
            return NullTranslations()
        with self._path(language).open("rb") as source:
            catalogue = read_po(source, locale=language)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        texts: GNUTranslations = Translations(compiled)
        return texts

    def _supported(self, wish: str) -> str | None:
        tag = wish.strip().replace("_", "-").lower()
        primary = tag.partition("-")[0]
        tag = _SAME_LANGUAGE.get(primary, primary) if primary in _SAME_LANGUAGE else tag
        return negotiate_locale([tag], self._languages, sep="-")

    def _path(self, language: str) -> Path:
        return self._folder / language / "LC_MESSAGES" / "messages.po"


def _accepted(header: str) -> list[str]:
    """Tags of an Accept-Language header, best first; what cannot be read is passed over."""
    weighted = []
    for part in header.split(",")[:20]:
        tag, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        if tag and tag != "*" and weight.replace(".", "", 1).isdecimal():
            weighted.append((float(weight), tag))
    return [tag for weight, tag in sorted(weighted, key=lambda pair: -pair[0]) if weight > 0]


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

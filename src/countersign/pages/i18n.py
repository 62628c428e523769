"""The texts of the pages, in every language that has them."""

from pathlib import Path

from countersign.languages import (
    LANGUAGE_NAMES,
    SOURCE_LANGUAGE,
    Catalogues,
    format_day,
    format_moment,
    text_direction,
)

__all__ = [
    "LANGUAGE_NAMES",
    "SOURCE_LANGUAGE",
    "available_languages",
    "choose_language",
    "format_day",
    "format_moment",
    "text_direction",
    "translations",
]

_catalogues = Catalogues(Path(__file__).with_name("translations"))

available_languages = _catalogues.languages
choose_language = _catalogues.choose
translations = _catalogues.texts

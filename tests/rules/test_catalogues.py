"""Whatever people read exists in every language, complete, and with the same places to fill in."""

import re
from functools import cache

import pytest
from babel.messages.catalog import Message
from babel.messages.plurals import get_plural

from countersign.languages import LANGUAGE_NAMES
from tests.rules.catalogues import (
    LANGUAGES,
    REVIEW,
    SURFACES,
    Surface,
    forms,
    messages,
    review_page,
)

FIFTEEN = set("ca da nl en et fo fi fr de kl it nb nn es sv".split())  # noqa: SIM905 - as asked
EACH = [pytest.param(s, code, id=f"{s.name}-{code}") for s in SURFACES for code in LANGUAGES]
PLACE = re.compile(r"%\(\w+\)s|\{\w+\}|<[^>]+>")
PAGES = ("%(count)s page", "%(count)s pages")

# What really is the same word
SAME_AS_ENGLISH: dict[str, set[str | tuple[str, ...]]] = {
    "ca": {"Document", "Documents", "Signatures"},
    "da": {"Send", "Upload", "Browser", "E-mail"},
    "de": {"Code", "Name", "Browser"},
    "fo": {"Sent"},
    "fr": {"Signature", "Signatures", "Code", "Image", "Messages", "Pages", "Document", "Documents"}
    | {PAGES, ("{count} page", "{count} pages")},
    "it": {"E-mail", "Browser"},
    "kl": {"E-mail"},
    "nb": {"Send"},
    "nl": {"Code", "E-mail", "Document", "Contact", "Browser"},
    "nn": {"Send"},
}


def test_fifteen_languages_have_texts_on_every_surface() -> None:
    assert set(LANGUAGE_NAMES) == FIFTEEN
    assert [
        str(s.path(code)) for s in SURFACES for code in LANGUAGES if not s.path(code).exists()
    ] == []


@cache
def extracted(surface: Surface) -> set[tuple[str, ...]]:
    return {forms(message.id) for message in surface.template() if message.id}


@pytest.mark.parametrize(("surface", "language"), EACH)
def test_a_catalogue_has_exactly_the_messages_of_the_code(surface: Surface, language: str) -> None:
    """Run `make texts` and translate what it adds."""
    asked = extracted(surface)
    catalogue = messages(surface, language)
    assert {forms(message.id) for message in catalogue} == asked, "missing, or no longer used"
    empty = [
        m.id for m in catalogue if not forms(m.string) or not all(map(str.strip, forms(m.string)))
    ]
    assert empty == []
    assert [m.id for m in catalogue if m.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_was_left_in_english(language: str) -> None:
    every = [message for surface in SURFACES for message in messages(surface, language)]
    same = {m.id for m in every if forms(m.id) == forms(m.string)}
    assert same == SAME_AS_ENGLISH.get(language, set())


def places(text: str) -> list[str]:
    return sorted(PLACE.findall(text))


def misplaced(message: Message) -> bool:
    """A form may leave out a number that it says in words, if the English one does too."""
    single, *_ = forms(message.id)
    *_, full = forms(message.id)
    said, *more = forms(message.string)
    wrong = places(said) not in (places(single), places(full))
    return wrong or any(places(form) != places(full) for form in more)


@pytest.mark.parametrize(("surface", "language"), EACH)
def test_places_survive_translation(surface: Surface, language: str) -> None:
    assert [m.id for m in messages(surface, language) if misplaced(m)] == []


@pytest.mark.parametrize(("surface", "language"), EACH)
def test_there_is_a_form_for_every_plural(surface: Surface, language: str) -> None:
    rule = get_plural(language)
    assert surface.catalogue(language).num_plurals == rule.num_plurals
    counted = [m for m in messages(surface, language) if m.pluralizable]
    assert [m.id for m in counted if len(forms(m.string)) != rule.num_plurals] == []


@pytest.mark.parametrize(("surface", "language"), EACH)
def test_a_translation_ends_as_its_message_does(surface: Surface, language: str) -> None:
    """A colon, a question mark or dots that go on tell the reader what comes next."""
    ends = [
        (forms(m.id)[-1][-1], forms(m.string)[-1][-1], m.id) for m in messages(surface, language)
    ]
    assert [id for asked, said, id in ends if asked in ":?…" and asked != said] == []


def test_no_line_of_french_begins_with_a_colon() -> None:
    """A blank before `:`, `;`, `?`, `!`, `%` or inside « » is one at which no line ends."""
    every = [text for s in SURFACES for m in messages(s, "fr") for text in forms(m.string)]
    assert [text for text in every if re.search(r" [:;?!»]|« | %(?!\()", text)] == []


def test_what_nobody_has_read_yet_is_listed_for_review() -> None:
    """`make texts` writes the page."""
    assert REVIEW.read_text("utf-8") == review_page()

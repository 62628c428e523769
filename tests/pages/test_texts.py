"""Catalogues are complete, and the script asks for no text that nobody wrote."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from countersign.pages import i18n
from countersign.pages.signing.strings import BROWSER_STRINGS, CHAT_STRINGS
from tests.support.node import FRONTEND

PAGES = i18n.Path(i18n.__file__).parent
LANGUAGES = ("da", "fr", "sv")
PAGES_IN_FRENCH = ("%(count)s page", "%(count)s pages")
SAME_AS_ENGLISH = {
    "da": {"Send"},
    "fr": {"Signature", "Code", "Image", "Messages", "Pages", PAGES_IN_FRENCH},
}
# The dashboard and the verify page have a catalogue of their own
METHODS = [
    ("dashboard/**", "ignore"),
    ("verify/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2.ext:babel_extract"),
]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}


def messages() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(str(PAGES), METHODS, OPTIONS)
    return {message for _, _, message, _, _ in found}


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    path = PAGES / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    translated = {m.id: m.string for m in catalogue if m.id}
    assert messages() == set(translated), "missing, or no longer used"
    assert [id for id, text in translated.items() if not all(forms(text))] == []
    same = {id for id, text in translated.items() if forms(id) == forms(text)}
    assert same == SAME_AS_ENGLISH.get(language, set())


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    path = PAGES / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    placeholder = re.compile(r"%\(\w+\)s|\{\w+\}|<[^>]+>")
    for message in catalogue:
        if message.id:
            wanted = set(placeholder.findall(forms(message.id)[-1]))
            assert set(placeholder.findall(forms(message.string)[-1])) == wanted, message.id


def script_texts() -> Iterator[str]:
    for path in (FRONTEND / "signing").glob("*.ts"):
        yield from re.findall(r'"([a-z]+(?:_[a-z]+)*)"', path.read_text())
        yield from re.findall(r"`(signature_missing_)\$", path.read_text())


def test_the_script_uses_exactly_the_texts_it_is_given() -> None:
    used = set(script_texts())
    unused = [name for name in BROWSER_STRINGS if name not in used]
    assert [n for n in unused if not n.startswith("signature_missing_")] == []
    for path in (FRONTEND / "signing").glob("*.ts"):
        asked = re.findall(r'\bt\("(\w+)"', path.read_text())
        assert set(asked) <= set(BROWSER_STRINGS), path.name


def test_the_chats_script_uses_exactly_the_texts_it_is_given() -> None:
    scripts = [path.read_text() for path in (FRONTEND / "signing").glob("chat*.ts")]
    asked = {name for text in scripts for name in re.findall(r"\bsay\(([^;]*)\)", text)}
    names = {name for part in asked for name in re.findall(r'"([a-z]+(?:_[a-z]+)*)"', part)}
    assert names == set(CHAT_STRINGS)

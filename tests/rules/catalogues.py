"""Every text that people read, and its catalogues: `make texts` brings them up to date.

Messages that the code has and a catalogue lacks are added empty, what nobody says any more goes,
and docs/translations-to-review.md is written again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

import countersign
from countersign.languages import LANGUAGE_NAMES, SOURCE_LANGUAGE
from tests.rules.tree import ROOT

PACKAGE = Path(countersign.__file__).parent
METHODS = [
    # English alone so far
    ("dashboard/**", "ignore"),
    ("verify/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2.ext:babel_extract"),
]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
LANGUAGES = tuple(code for code in LANGUAGE_NAMES if code != SOURCE_LANGUAGE)
# Nobody who speaks these has read our texts yet
UNREVIEWED = ("fo", "kl")
REVIEW = ROOT / "docs" / "translations-to-review.md"
WIDTH = 100


@dataclass(frozen=True)
class Surface:
    """One set of catalogues and where its messages stand in the code: paths in the package."""

    name: str
    source: str
    catalogues: str
    without: str = ""
    also: str = ""

    def path(self, language: str) -> Path:
        return PACKAGE / self.catalogues / language / "LC_MESSAGES" / "messages.po"

    def template(self) -> Catalog:
        """All messages of the code, with the files they stand in."""
        found = Catalog()
        for file, id, comments in self._extracted():
            found.add(id, locations=[(file, 1)], auto_comments=comments)
        return found

    def _extracted(self) -> Iterator[tuple[str, str | tuple[str, ...], list[str]]]:
        folder = PACKAGE / self.source
        skipped = PACKAGE / self.without if self.without else None
        for file, _, id, comments, _ in extract_from_dir(
            folder, METHODS, OPTIONS, directory_filter=lambda path: Path(path) != skipped
        ):
            yield file, id, comments
        if self.also:
            for _, id, comments, _ in extract_from_file("python", PACKAGE / self.also):
                yield Path(self.also).name, id, comments

    def catalogue(self, language: str) -> Catalog:
        path = self.path(language)
        if not path.exists():
            return Catalog(locale=language)
        with path.open("rb") as source:
            return read_po(source, locale=language)


SURFACES = (
    Surface("the pages", "pages", "pages/translations"),
    Surface("the mails", "adapters", "adapters/mail_texts", without="adapters/pdf_engine"),
    Surface(
        "the documents", "adapters/pdf_engine", "adapters/pdf_engine/texts", also="pdf/words.py"
    ),
)


def update(surface: Surface, language: str) -> None:
    """The catalogue with exactly the messages of the code, in their order."""
    catalogue = surface.catalogue(language)
    catalogue.update(surface.template(), no_fuzzy_matching=True)
    path = surface.path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    plural = f"nplurals={catalogue.num_plurals}; plural={catalogue.plural_expr};"
    header = (
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Plural-Forms: {plural}\\n"\n{KIND}\n'
    )
    with path.open("wb") as target:
        target.write(header.encode())
        write_po(
            target,
            catalogue,
            width=WIDTH,
            omit_header=True,
            ignore_obsolete=True,
            include_lineno=False,
        )


KIND = """\
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """Singular and plural, or the one form that there is."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def messages(surface: Surface, language: str) -> list[Message]:
    """What a catalogue holds, without its header."""
    return [message for message in surface.catalogue(language) if message.id]


def review_page() -> str:
    """Every text of the languages that still wait for a reader who speaks them."""
    parts = [REVIEW_HEAD]
    for language in UNREVIEWED:
        parts.append(f"\n## {LANGUAGE_NAMES[language]} (`{language}`)\n")
        for surface in SURFACES:
            parts.append(
                f"\n### {surface.name.capitalize()}\n\n| English | translation |\n|---|---|\n"
            )
            parts += [_row(message) for message in messages(surface, language)]
    return "".join(parts)


REVIEW_HEAD = """\
# Translations that wait for a reader

These texts were written by somebody who does not speak the language every day. They are short and
plain on purpose. Until a native speaker has read them, take them with care; the English stands
beside each.

Corrections go into the `messages.po` of the language, then `make texts` writes this page again.
When a language has been read, its code goes from `UNREVIEWED` in `tests/rules/catalogues.py`.
"""


def _row(message: Message) -> str:
    cells = (" / ".join(forms(text)) for text in (message.id, message.string))
    return "| {} | {} |\n".format(*(cell.replace("|", "\\|") for cell in cells))


if __name__ == "__main__":
    for each in SURFACES:
        for code in LANGUAGES:
            update(each, code)
    REVIEW.write_text(review_page(), "utf-8")

"""Checking anybody's PDF, for the command, the page and the API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from countersign import pdf
from countersign.adapters.workshop import Workshop
from countersign.domain.errors import UnusableFile
from countersign.pdf.verify.report import exit_code
from countersign.pdf.verify.text import Words, report_as_text, words_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """A report for people, for programs and for shells (0 valid, 1 not valid)."""

    as_text: str
    words: Words
    as_json: dict[str, Any]
    exit_code: int


def verify_anybody(data: bytes, trusted: Sequence[bytes], known_only: bool = False) -> Verdict:
    """`trusted` are DER certificates of authorities to believe; with `known_only` a signature that
    leads to none of them counts as not valid. Raises UnusableFile for what is no PDF."""
    from countersign.pdf.verify.anybody import verify  # pyHanko: not for every command

    try:
        report = verify(data, trusted, datetime.now(UTC))
    except pdf.UnusablePdf as problem:
        raise UnusableFile(problem.code, problem.message) from None
    return Verdict(
        report_as_text(report), words_of(report), report.to_dict(), exit_code(report, known_only)
    )


def verifier(workshop: Workshop, trusted: Callable[[], Sequence[bytes]]) -> Callable[[Path], Words]:
    """For the page: what strangers upload is looked at in another process. The function that is
    returned raises UnusableFile, and Unavailable for a file that takes too long."""

    def verify(path: Path) -> Words:
        found = workshop.run(_words, path, tuple(trusted()))
        if isinstance(found, Words):
            return found
        raise UnusableFile(*found)

    return verify


def _words(path: Path, trusted: Sequence[bytes]) -> Words | tuple[str, str]:
    """A refusal as code and message: an exception with two arguments doesn't travel."""
    try:
        return verify_anybody(path.read_bytes(), trusted).words
    except UnusableFile as problem:
        return problem.code, problem.message


def missing_scripts() -> list[str]:
    """Scripts in which names would show as boxes here."""
    return pdf.fonts().missing_scripts()

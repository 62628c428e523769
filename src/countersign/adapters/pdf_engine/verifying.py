"""Checking anybody's PDF, and signed texts of ours, for the command, the page and the API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from countersign import pdf
from countersign.adapters.pdf_engine.text_errands import text_report
from countersign.adapters.workshop import Workshop
from countersign.domain.errors import UnusableFile
from countersign.pdf.verify.report import CLAIMED, Report, SignatureReport, exit_code
from countersign.pdf.verify.text import Words, report_as_text, words_of

BEFORE_XML = b"\xef\xbb\xbf \t\r\n"  # a byte order mark and blanks
XML_SIGNATURE = b"http://www.w3.org/2000/09/xmldsig#"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A report for people, for programs and for shells (0 valid, 1 not valid)."""

    as_text: str
    words: Words
    as_json: dict[str, Any]
    exit_code: int


def verify_anybody(data: bytes, trusted: Sequence[bytes], known_only: bool = False) -> Verdict:
    """`trusted` are DER certificates of authorities to believe; with `known_only` a signature that
    leads to none of them counts as not valid. Raises UnusableFile for what is neither a PDF nor
    signed XML."""
    report = _of_text(data, trusted) if _is_signed_xml(data) else _of_pdf(data, trusted)
    return Verdict(
        report_as_text(report), words_of(report), report.to_dict(), exit_code(report, known_only)
    )


def _is_signed_xml(data: bytes) -> bool:
    return data.lstrip(BEFORE_XML).startswith(b"<") and XML_SIGNATURE in data


def _of_pdf(data: bytes, trusted: Sequence[bytes]) -> Report:
    from countersign.pdf.verify.anybody import verify  # pyHanko: not for every command

    try:
        return verify(data, trusted, datetime.now(UTC))
    except pdf.UnusablePdf as problem:
        raise UnusableFile(problem.code, problem.message) from None


def _of_text(data: bytes, trusted: Sequence[bytes]) -> Report:
    """XML that is none of ours is refused like one that was changed: to judge any XML signature is
    not attempted."""
    from countersign.xades.verify import Refused

    try:
        found = text_report(data, trusted)
    except Refused as refusal:
        return Report(signatures=(), problems=(str(refusal),), form="XAdES")
    digest = sha256(found.content).hexdigest()
    signature = SignatureReport(
        field="",
        kind="signature",
        who=found.who,
        email=found.email,
        when=found.when,
        time_source=found.time_source or CLAIMED,
        covers=f"{found.media_type}, {len(found.content)} bytes, SHA-256 {digest}",
        level=found.level,
        valid=True,
        trusted=found.trusted,
        why=None if found.trusted else "its certificate leads to no authority that is known here",
        reason=found.consent,
    )
    return Report(signatures=(signature,), form="XAdES")


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

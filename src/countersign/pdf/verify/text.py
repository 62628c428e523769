"""A report in words: the verdict first, then one paragraph per signature. The command prints them
as text, the page shows them as HTML."""

from collections.abc import Iterator
from dataclasses import dataclass

from countersign.pdf.verify.report import Form, Report, SignatureReport, Verdict

_VERDICTS: dict[Verdict, tuple[str, str]] = {
    "valid": ("VALID", "every signature is intact and leads to an authority that is known here."),
    "untrusted": ("VALID, AUTHORITY UNKNOWN", "nothing was changed"),
    "invalid": ("NOT VALID", ""),
    "unsigned": ("NOT SIGNED", "there is no signature in this file."),
}
_TRUST_HINT = "; --trust names the authority."


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One signature: whose it is, and rows of (label, words)."""

    head: str
    rows: tuple[tuple[str, str], ...]
    valid: bool
    trusted: bool


@dataclass(frozen=True, slots=True)
class Words:
    """A report in words, each on one line whatever the file says."""

    verdict: Verdict
    headline: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    paragraphs: tuple[Paragraph, ...]


def words_of(report: Report) -> Words:
    """The report in words for people; nothing in them is markup."""
    headline, sentence = _VERDICTS[report.verdict]
    numbered = enumerate(report.signatures, start=1)
    paragraphs = tuple(_paragraph(number, one, report.form) for number, one in numbered)
    return Words(report.verdict, headline, sentence, tuple(_facts(report)), paragraphs)


def report_as_text(report: Report) -> str:
    """Plain text for people, lines up to about 100 characters, ending in a newline."""
    words = words_of(report)
    hint = _TRUST_HINT if words.verdict == "untrusted" else ""
    said = f": {words.sentence}{hint}" if words.sentence else "."
    lines = [words.headline + said]
    lines += [f"{label}: {text}" for label, text in words.facts]
    for paragraph in words.paragraphs:
        lines += ["", paragraph.head]
        lines += [f"   {label:<7} {text}" for label, text in paragraph.rows]
    return "\n".join(lines) + "\n"


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    for problem in report.problems:
        yield "Problem", f"{_line(problem)}."
    if report.envelope:
        yield "Envelope", _line(report.envelope)
        if report.valid and all(s.kind != "document timestamp" for s in report.signatures):
            yield "Not closed yet", "others may still sign, and the seal is missing."
    if report.level:
        yield "Level", f"{report.form} {report.level}"


def _paragraph(number: int, signature: SignatureReport, form: Form) -> Paragraph:
    who = signature.who or "unknown"
    if signature.email:
        who += f" <{signature.email}>"
    rows = (
        ("when", _when(signature)),
        ("covers", signature.covers),
        ("result", _result(signature)),
        ("level", f"{form} {signature.level}" if signature.level else ""),
        ("reason", signature.reason),
        ("field", signature.field),
    )
    head = f"{number}. {signature.kind.capitalize()} by {_line(who)}"
    shown = tuple((label, _line(text)) for label, text in rows if text)
    return Paragraph(head, shown, signature.valid, signature.trusted)


def _line(text: str) -> str:
    """The file's own words on one line: it must not write the report."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _when(signature: SignatureReport) -> str:
    if signature.when is None:
        return "not stated"
    return f"{signature.when:%Y-%m-%d %H:%M:%S} UTC ({signature.time_source})"


def _result(signature: SignatureReport) -> str:
    if not signature.valid:
        return f"not valid: {signature.why}"
    return "valid" if signature.trusted else f"intact, but not confirmed: {signature.why}"

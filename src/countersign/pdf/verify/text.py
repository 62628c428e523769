"""A report as text: the verdict first, then one paragraph per signature."""

from countersign.pdf.verify.report import Form, Report, SignatureReport, Verdict

_VERDICTS: dict[Verdict, str] = {
    "valid": "VALID: every signature is intact and leads to an authority that is known here.",
    "untrusted": "VALID, AUTHORITY UNKNOWN: nothing was changed; --trust names the authority.",
    "invalid": "NOT VALID.",
    "unsigned": "NOT SIGNED: there is no signature in this file.",
}


def report_as_text(report: Report) -> str:
    """Plain text for people, lines up to about 100 characters, ending in a newline."""
    lines = [_VERDICTS[report.verdict]]
    lines += [f"Problem: {_line(problem)}." for problem in report.problems]
    if report.envelope:
        lines.append(f"Envelope: {_line(report.envelope)}")
        if report.valid and all(s.kind != "document timestamp" for s in report.signatures):
            lines.append("Not closed yet: others may still sign, and the seal is missing.")
    if report.level:
        lines.append(f"Level: {report.form} {report.level}")
    for number, signature in enumerate(report.signatures, start=1):
        lines += ["", *_paragraph(number, signature, report.form)]
    return "\n".join(lines) + "\n"


def _paragraph(number: int, signature: SignatureReport, form: Form) -> list[str]:
    who = signature.who or "unknown"
    if signature.email:
        who += f" <{signature.email}>"
    rows = [
        ("when", _when(signature)),
        ("covers", signature.covers),
        ("result", _result(signature)),
        ("level", f"{form} {signature.level}" if signature.level else ""),
        ("reason", signature.reason),
        ("field", signature.field),
    ]
    head = f"{number}. {signature.kind.capitalize()} by {_line(who)}"
    return [head, *(f"   {label:<7} {_line(text)}" for label, text in rows if text)]


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

"""What was found out about a signed file, for people and for programs."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Level = Literal["", "B-B", "B-T", "B-LT", "B-LTA"]
SignatureKind = Literal["certification", "signature", "seal", "document timestamp"]
Form = Literal["PAdES", "XAdES"]
Verdict = Literal["valid", "untrusted", "invalid", "unsigned"]

LEVELS: tuple[Level, ...] = ("", "B-B", "B-T", "B-LT", "B-LTA")
WHOLE_FILE = "whole file"
CLAIMED = "claimed by the signer"


def covered_part(revision: int, count: int) -> str:
    """What the signature in `revision` (from 1) of a file of `count` revisions covers."""
    return WHOLE_FILE if revision == count else f"revision {revision} of {count}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """One signature or timestamp.

    `when` (UTC) is proven by a timestamp unless `time_source` says that it is claimed. `valid`:
    the bytes it covers are unchanged, its mathematics hold and nothing after it breaks what it
    allows; `why` says what is wrong otherwise. `trusted`: its certificate leads to a root that we
    were told to trust. `level` is the baseline level reached (ETSI EN 319 142-1 for PAdES, 319
    132-1 for XAdES), "" for a timestamp or where there is none. `reason` is what the signer stated.
    """

    field: str
    kind: SignatureKind
    who: str
    email: str
    when: datetime | None
    time_source: str
    covers: str
    level: Level
    valid: bool
    trusted: bool
    why: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A file. `level` is the lowest level of its signatures, in the `form` of which they are;
    `envelope` our id if it is ours."""

    signatures: tuple[SignatureReport, ...]
    problems: tuple[str, ...] = ()
    envelope: str | None = None
    form: Form = "PAdES"

    @property
    def verdict(self) -> Verdict:
        if not self.signatures:
            return "invalid" if self.problems else "unsigned"
        if self.problems or not all(signature.valid for signature in self.signatures):
            return "invalid"
        return "valid" if all(signature.trusted for signature in self.signatures) else "untrusted"

    @property
    def valid(self) -> bool:
        """Every signature is intact, whether or not we know the authority behind it."""
        return self.verdict in ("valid", "untrusted")

    @property
    def level(self) -> Level:
        levels = [s.level for s in self.signatures if s.kind != "document timestamp"]
        return min(levels, key=LEVELS.index, default="")

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; times in RFC 3339."""
        return {
            "verdict": self.verdict,
            "valid": self.valid,
            "trusted": self.verdict == "valid",
            "form": self.form,
            "level": self.level or None,
            "envelope": self.envelope,
            "problems": list(self.problems),
            "signatures": [_signature(signature) for signature in self.signatures],
        }

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)


def _signature(report: SignatureReport) -> dict[str, Any]:
    when = report.when and report.when.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {**asdict(report), "when": when, "level": report.level or None}


def exit_code(report: Report, known_only: bool = False) -> int:
    """0 valid, 1 not valid: broken, or not signed at all, or (with `known_only`) by somebody
    unknown. (2: unreadable.)"""
    return 0 if report.verdict == "valid" or (report.valid and not known_only) else 1

"""A report for people: the verdict first, then who, when, what, and why not."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from countersign.pdf.verify.report import Report, SignatureReport, exit_code
from countersign.pdf.verify.text import report_as_text

GOOD = SignatureReport(
    field="s0001_sig",
    kind="signature",
    who="Åsa Öberg",
    email="asa@example.test",
    when=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    time_source="local timestamp authority",
    covers="revision 3 of 6",
    level="B-LTA",
    valid=True,
    trusted=True,
    reason="I agree",
)
STAMP = replace(GOOD, field="z_ts", kind="document timestamp", level="", covers="whole file")
STRANGER = replace(GOOD, trusted=False, why="the certificate was issued by an authority …")
FORGED = replace(GOOD, valid=False, why="the signed bytes were changed", level="")


@pytest.mark.parametrize(
    ("report", "verdict", "code", "level"),
    [
        (Report(signatures=(GOOD, STAMP)), "valid", 0, "B-LTA"),
        (Report(signatures=(GOOD, replace(GOOD, level="B-T"))), "valid", 0, "B-T"),
        (Report(signatures=(GOOD, STRANGER)), "untrusted", 0, "B-LTA"),
        (Report(signatures=(GOOD, FORGED)), "invalid", 1, ""),
        (Report(signatures=(STRANGER, FORGED)), "invalid", 1, ""),
        (Report(signatures=(GOOD,), problems=("something",)), "invalid", 1, "B-LTA"),
        (Report(signatures=(), problems=("something",)), "invalid", 1, ""),
        (Report(signatures=()), "unsigned", 1, ""),
    ],
)
def test_verdict_exit_code_and_level(report: Report, verdict: str, code: int, level: str) -> None:
    assert (report.verdict, exit_code(report), report.level) == (verdict, code, level)
    assert report.valid == (code == 0)


def test_strangers_can_be_refused() -> None:
    assert exit_code(Report(signatures=(GOOD, STRANGER)), known_only=True) == 1
    assert exit_code(Report(signatures=(GOOD,)), known_only=True) == 0


def test_the_verdict_is_the_first_line() -> None:
    first = [
        report_as_text(Report(signatures=signatures)).splitlines()[0]
        for signatures in ((GOOD,), (STRANGER,), (FORGED,), ())
    ]
    assert [line.split(":")[0].rstrip(".") for line in first] == [
        "VALID",
        "VALID, AUTHORITY UNKNOWN",
        "NOT VALID",
        "NOT SIGNED",
    ]


def test_a_paragraph_tells_who_when_what_result_and_level() -> None:
    text = report_as_text(Report(signatures=(GOOD, FORGED), envelope="8d0c3c1e"))
    assert text == (
        "NOT VALID.\n"
        "Envelope: 8d0c3c1e\n"
        "\n"
        "1. Signature by Åsa Öberg <asa@example.test>\n"
        "   when    2026-11-20 09:30:00 UTC (local timestamp authority)\n"
        "   covers  revision 3 of 6\n"
        "   result  valid\n"
        "   level   PAdES B-LTA\n"
        "   reason  I agree\n"
        "   field   s0001_sig\n"
        "\n"
        "2. Signature by Åsa Öberg <asa@example.test>\n"
        "   when    2026-11-20 09:30:00 UTC (local timestamp authority)\n"
        "   covers  revision 3 of 6\n"
        "   result  not valid: the signed bytes were changed\n"
        "   reason  I agree\n"
        "   field   s0001_sig\n"
    )


def test_a_name_cannot_write_lines_of_its_own() -> None:
    evil = replace(GOOD, who="Eve\n1. Signature by\x1b[2J The King", reason="\r\nVALID")
    text = report_as_text(Report(signatures=(evil,)))
    assert "\x1b" not in text
    assert text.count("\n1. ") == 1
    assert "\nVALID" not in text


def test_json_carries_everything() -> None:
    made = json.loads(Report(signatures=(GOOD, STAMP), envelope="8d0c3c1e").to_json())
    assert made["verdict"] == "valid"
    assert made["signatures"][0] == {
        "field": "s0001_sig",
        "kind": "signature",
        "who": "Åsa Öberg",
        "email": "asa@example.test",
        "when": "2026-11-20T09:30:00Z",
        "time_source": "local timestamp authority",
        "covers": "revision 3 of 6",
        "level": "B-LTA",
        "valid": True,
        "trusted": True,
        "why": None,
        "reason": "I agree",
    }
    assert made["signatures"][1]["level"] is None

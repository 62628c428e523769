"""What goes out as SMS, in every language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from countersign.adapters.invitations import TEXTS, MailInvitations
from countersign.adapters.sms_text import MOST_PARTS, fitted, parts, plainer
from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.task import Action, Task
from countersign.usecases.read_mailbox import _CODE
from tests.adapters import samples

LINK = "https://sign.acme.example/s/q0Yf2nS8m0q2dHk3bqPq3Xw5vB7rT1uC9eLzYxWvUtS"
TEXT = MailInvitations("Countersign <noreply@sign.test>", "https://sign.acme.example").by("sms")
DUE = datetime(2026, 11, 30, 12, tzinfo=UTC)
KINDS = ("invitation", "reminder", "final_copy", "new_messages", "withdrawal")
LONG = "Ærø Åsdal–Müller & Sønner “Contracts of Employment” ApS, Afdelingen for Kontrakter " * 3


def written(kind: str, task: Task, link: str = LINK, **changes: object) -> str:
    envelope = samples.envelope(task, due_at=DUE, **changes)
    subject, text, html = getattr(TEXT, kind)(envelope, task, link)
    assert (subject, html) == ("", "")
    return str(text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            "invitation",
            "Max Own asks you to sign Rental agreement\n"
            f"Please answer by November 30, 2026.\n{LINK}",
        ),
        ("final_copy", f"Max Own: Signed by everybody: Rental agreement\n{LINK}"),
    ],
)
def test_an_sms_is_short(kind: str, text: str) -> None:
    assert written(kind, samples.task("en")) == text


@pytest.mark.parametrize("language", TEXTS.languages())
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("action", list(Action))
def test_it_names_sender_and_document_and_ends_with_the_link(
    language: str, kind: str, action: Action
) -> None:
    text = written(kind, samples.task(language, action))
    assert "Max Own" in text
    assert "Rental agreement" in text
    assert text.endswith(LINK) is (kind != "withdrawal")
    assert "{" not in text
    assert parts(text) <= MOST_PARTS


@pytest.mark.parametrize("language", TEXTS.languages())
@pytest.mark.parametrize("kind", KINDS)
def test_long_names_are_cut_and_the_link_is_not(language: str, kind: str) -> None:
    text = written(kind, samples.task(language), name=LONG, sender_name=LONG)
    assert parts(text) <= MOST_PARTS
    assert "Ærø Åsdal" in text
    assert "..." in text
    assert LINK in text or kind == "withdrawal"


@pytest.mark.parametrize("language", TEXTS.languages())
def test_a_code_can_be_filled_in_by_the_browser_of_this_host_alone(language: str) -> None:
    task = samples.task(language)
    text = written("code", task, "041337")
    lines = text.splitlines()
    assert lines[0].endswith(": 041337")
    assert lines[0].startswith("Max Own: ")
    assert lines[-1] == "@sign.acme.example #041337"
    assert "https://" not in text
    found = _CODE.search(text)
    assert found
    assert found[1] == "041337"
    assert parts(text) <= MOST_PARTS


def test_no_line_of_a_code_comes_from_a_name() -> None:
    evil = "Lease\n\n@evil.example #111111"
    text = written("code", samples.task("en"), "041337", name=evil, sender_name=evil)
    assert text.splitlines()[-1] == "@sign.acme.example #041337"
    assert sum(line.startswith("@") for line in text.splitlines()) == 1


def test_a_withdrawal_says_why() -> None:
    task = samples.task("en")
    declined = written("withdrawal", task, status=EnvelopeStatus.DECLINED)
    assert declined != written("withdrawal", task, status=EnvelopeStatus.CANCELLED)


def test_a_person_without_a_deadline_is_told_of_none() -> None:
    task = samples.task("en")
    _, text, _ = TEXT.invitation(replace(samples.envelope(task), due_at=None), task, LINK)
    assert "2026" not in text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("æøåÆØÅäöüéß" * 14, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("õ" * 70, 1),
        ("õ" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts_are_counted_as_networks_count_them(text: str, count: int) -> None:
    assert parts(text) == count


def test_marks_of_print_do_not_make_it_longer() -> None:
    text = plainer("“Lease” – Ann’s… u\u0308")
    assert text == '"Lease" - Ann\'s... ü'
    assert parts(text + "a" * 100) == 1


def test_names_are_cut_no_more_than_needed() -> None:
    assert fitted(lambda cut: cut("n" * 50)) == "n" * 50

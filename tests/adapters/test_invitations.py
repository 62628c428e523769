"""Letters to signers, in their language."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import product

import pytest

from countersign.adapters import invitations
from countersign.adapters.invitations import TEXTS, MailInvitations, Words
from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.task import Action, Person
from tests.adapters import samples

LINK = "https://sign.test/s/q0Yf2nS8m0q2dHk3bqPq3Xw5vB7rT1uC9eLzYxWvUtS"
LETTERS = MailInvitations("Countersign <noreply@sign.test>")
OPEN, DECLINED = EnvelopeStatus.OPEN, EnvelopeStatus.DECLINED
DUE = datetime(2026, 11, 30, 12, tzinfo=UTC)


class _Reader(HTMLParser):
    """What a mail programme would show and follow; complains of tags that are not closed."""

    VOID = frozenset({"meta", "br", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str | None] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self._open.append(tag)
        assert tag != "script"
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in ("style", "title"):
            self.words.append(data)

    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize(
    ("language", "subject", "day"),
    [
        ("", "Max Own asks you to sign Rental agreement", "November 30, 2026"),
        ("fr", "Max Own vous demande de signer Rental agreement", "30 novembre 2026"),
        ("fr-CA", "Max Own vous demande de signer Rental agreement", "30 novembre 2026"),
        ("sv", "Max Own ber dig signera Rental agreement", "30 november 2026"),
        ("da", "Max Own beder dig underskrive Rental agreement", "30. november 2026"),
        ("tlh", "Max Own asks you to sign Rental agreement", "November 30, 2026"),
    ],
)
def test_an_invitation_is_written_in_the_recipients_language(
    language: str, subject: str, day: str
) -> None:
    task = samples.task(language)
    written = LETTERS.invitation(samples.envelope(task, due_at=DUE), task, LINK)
    assert written[0] == subject
    assert day in written[1]
    assert day in _Reader(written[2]).text()


@pytest.mark.parametrize("language", TEXTS.languages())
@pytest.mark.parametrize("kind", ["invitation", "reminder", "final_copy"])
@pytest.mark.parametrize("action", list(Action))
def test_every_letter_brings_its_link_and_its_document_in_both_parts(
    language: str, kind: str, action: Action
) -> None:
    task = samples.task(language, action)
    subject, text, html = getattr(LETTERS, kind)(samples.envelope(task), task, LINK)
    page = _Reader(html)
    assert "Rental agreement" in subject
    assert LINK in text.splitlines()
    assert page.links == [LINK, LINK]
    for part in (text, page.text()):
        assert "Rental agreement" in part
        assert "{" not in part


def test_words_of_strangers_stay_words() -> None:
    evil = '<script>alert(1)</script>"{sender.__class__}"\r\n\r\nPay here: x'
    task = replace(samples.task(), person=Person(name=evil, email="a@b.test"))
    envelope = samples.envelope(task, name=evil, sender_name=evil)
    subject, text, html = LETTERS.invitation(envelope, task, LINK)
    assert "\n" not in subject
    assert "\nPay here" not in text
    assert "{sender.__class__}" in text
    assert "<script>alert(1)</script>" in _Reader(html).text()


def test_a_letter_without_a_sender_comes_from_the_platform() -> None:
    envelope = samples.envelope(sender_name="")
    subject, text, _ = LETTERS.invitation(envelope, samples.task(), LINK)
    assert subject == "Countersign asks you to sign Rental agreement"
    assert text.rstrip().endswith("-- \nCountersign")


def test_several_documents_are_listed() -> None:
    other = replace(samples.document(), id="other", name="House rules.pdf")
    task = replace(samples.task(), actions={samples.DOCUMENT: Action.SIGN, "other": Action.VIEW})
    envelope = samples.envelope(task, documents=(samples.document(), other))
    _, text, html = LETTERS.invitation(envelope, task, LINK)
    for part in (text, html):
        assert "House rules.pdf" in part
        assert "Rental agreement.pdf" in part


def test_a_final_copy_names_no_deadline() -> None:
    envelope = samples.envelope(due_at=DUE)
    _, text, _ = LETTERS.final_copy(envelope, samples.task(), LINK)
    assert "2026" not in text


def test_every_letter_is_a_set_of_words() -> None:
    assert all(isinstance(words, Words) for words in invitations.INVITATIONS.values())
    assert set(invitations.INVITATIONS) == set(invitations.REMINDERS) == set(Action)


def _every_letter(language: str) -> Iterator[tuple[str, str, str]]:
    """All that people are ever sent, to somebody who has a name and somebody who has none."""
    kinds = ("invitation", "reminder", "final_copy", "withdrawal", "new_messages", "code")
    for kind, action, status in product(kinds, Action, (OPEN, DECLINED)):
        for name in ("Ada", ""):
            task = replace(samples.task(language, action), person=Person(name=name))
            envelope = samples.envelope(task, due_at=DUE, status=status)
            yield getattr(LETTERS, kind)(envelope, task, LINK)


@pytest.mark.parametrize("language", TEXTS.languages())
def test_no_letter_has_a_line_in_english_or_a_subject_that_is_cut(language: str) -> None:
    english = {line for letter in _every_letter("en") for line in letter[1].splitlines()}
    sentences = {line for line in english if len(line.split()) > 2 and "Rental" not in line}
    for subject, text, html in _every_letter(language):
        assert len(subject) <= 78, "an inbox on a phone shows less still"
        assert f'lang="{language}"' in html
        assert language == "en" or not sentences & set(text.splitlines())
        assert "{" not in text


@pytest.mark.parametrize("language", TEXTS.languages())
def test_a_code_stands_alone_and_the_letter_leads_nowhere(language: str) -> None:
    task = samples.task(language)
    subject, text, html = LETTERS.code(samples.envelope(task, due_at=DUE), task, "041337")
    assert "    041337\n" in text
    assert "041337" not in subject
    page = _Reader(html)
    assert "041337" in page.words
    assert page.links == []
    assert "2026" not in text  # a deadline is about something else


@pytest.mark.parametrize("language", TEXTS.languages())
def test_a_withdrawal_says_why_and_asks_for_nothing(language: str) -> None:
    task = samples.task(language)
    envelope = samples.envelope(task, due_at=DUE)
    texts = set()
    for status in (EnvelopeStatus.CANCELLED, EnvelopeStatus.DECLINED):
        subject, text, html = LETTERS.withdrawal(replace(envelope, status=status), task, LINK)
        assert envelope.name in subject
        assert LINK not in text + html
        assert _Reader(html).links == []
        texts.add(text)
    assert len(texts) == 2

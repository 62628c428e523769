"""What stands in documents, in the language of those who sign them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from countersign import pdf
from countersign.adapters.pdf_engine import words
from countersign.adapters.pdf_engine.audit import audit_facts
from countersign.adapters.pdf_engine.words import TEXTS, language_for, page_words
from countersign.adapters.workshop import Workshop
from countersign.domain.document import Base
from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.evidence import GENESIS, chain
from countersign.pdf.audit import audit_pdf
from countersign.pdf.shared_font import shared_font
from countersign.pdf.text import typesetter
from tests.adapters.test_pdf_engine import Desk, now
from tests.adapters.test_remote_acts import ACT, asa, prepared, signature
from tests.domain.building import sent, task
from tests.pdf.samples import contract
from tests.support.signing_authority import Certified

__all__ = ["asa"]

pytestmark = pytest.mark.slow

LANGUAGES = TEXTS.languages()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(Workshop(1)) as workshop:
        yield Desk(tmp_path, workshop)


def envelope_in(desk: Desk, *languages: str) -> Envelope:
    envelope = desk.envelope(contract(), EnvelopeSettings())
    one = envelope.tasks[0]
    tasks = tuple(
        replace(one, id=f"t{number}", language=language)
        for number, language in enumerate(languages)
    )
    return replace(envelope, tasks=tasks)


def last_page(desk: Desk, envelope: Envelope) -> str:
    data = b"".join(desk.files.stream(envelope.documents[0].parts))
    with closing(pypdfium2.PdfDocument(data)) as document:
        document.init_forms()
        return _text_of(document, len(document) - 1)


def _text_of(document: pypdfium2.PdfDocument, page: int) -> str:
    return " ".join(document[page].get_textpage().get_text_range().split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_evidence_page_is_in_the_signers_language(desk: Desk, language: str) -> None:
    envelope, base = desk.signed(envelope_in(desk, language))
    assert desk.engine.verify(envelope, envelope.documents[0], base)
    shown = last_page(desk, envelope)
    said = page_words(language)
    assert said.evidence_title in shown
    # What the shared font lacks is drawn, and read apart
    assert said.footnote.partition("’")[0] in shown
    english = [text for text in ("Identified by", "Signed at", "Typed name") if text in shown]
    assert language == "en" or english == []


def test_a_catalogue_that_is_mended_later_leaves_signed_documents_valid(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelope, base = desk.signed(envelope_in(desk, "de"))
    monkeypatch.setitem(words.METHODS, "typed", "Said in other words")
    assert desk.engine.verify(envelope, envelope.documents[0], base)


def test_an_act_with_a_foreign_key_says_it_in_the_signers_language(
    desk: Desk, asa: Certified, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelope = envelope_in(desk, "fi")
    document, one = envelope.documents[0], envelope.tasks[0]
    base = desk.engine.prepare(envelope, document)
    document = replace(document, base_key=base.key, base=base.file)
    document = document.append(*desk.engine.certify(envelope, document, base, now()))
    begun = prepared(desk, envelope, document, base, asa)
    value = signature(asa, begun.to_sign)
    document = document.append(desk.engine.finish_act(document, one, begun.state, value))
    document = document.append(*desk.engine.seal(document, base, now()))
    done = envelope.with_document(document).with_task(replace(one, act=ACT))
    monkeypatch.setitem(words.METHODS, "typed", "Said in other words")
    assert desk.engine.verify(done, document, base)


def test_each_language_has_a_base_and_one_only(desk: Desk) -> None:
    def base_of(*languages: str) -> Base:
        envelope = envelope_in(desk, *languages)
        return desk.engine.prepare(envelope, envelope.documents[0])

    keys = {language: base_of(language).key for language in ("de", "de-AT", "sv", "", "en-GB")}
    assert keys["de"] == keys["de-AT"]
    assert keys[""] == keys["en-GB"]
    assert len(set(keys.values())) == 3
    assert "words" not in base_of("").state
    assert base_of("da", "fi").state.get("words") is None, "two languages speak English"


def test_layouts_in_english_keep_the_name_they_had_before_there_were_others() -> None:
    known = "8ef1c7f6094521ef2dd142a8abd3ed91c5a13ef9156e4edc5b39a90555033f27"
    assert pdf.Layout((pdf.Slot(),)).digest() == known


def test_the_country_of_an_eid_is_in_the_documents_language() -> None:
    assert words.method_name("nbid", "en") == "BankID (Norway)"
    assert words.method_name("nbid", "et") == "BankID (Norra)"
    assert words.identity_name("sbid", "nl") == "BankID (Zweden)"


def test_people_of_several_languages_are_told_in_english() -> None:
    danish, finnish, silent = (replace(task("a"), language=code) for code in ("da", "fi", ""))
    assert language_for([danish, danish, silent]) == "da"
    assert language_for([danish, finnish]) == "en"
    assert language_for([silent]) == language_for([]) == "en"
    assert language_for([replace(danish, language="no")]) == "nb"


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_on_added_pages_stay_large_enough_to_read(language: str) -> None:
    letters = typesetter(shared_font().fingerprint)
    said = page_words(language)
    keys = ("contact", "identified", "method", "time", "ip", "consent", "document", "envelope")
    labels = [said.label(key, value) for key in keys for value in ("a@b.test", "+45")]
    assert [label for label in labels if letters.shrink(label, 7.5, 62, 0) < 6.5] == []
    assert letters.shrink(said.footnote, 7, 440, 0) >= 6
    assert letters.width(said.evidence_title, 21) < 480


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_audit_document_is_in_the_language_of_its_people(language: str) -> None:
    envelope = sent(replace(task("ada"), language=language))
    links = chain(envelope.id, 0, GENESIS, [])
    made = audit_pdf(audit_facts(envelope, links), "{}")
    with closing(pypdfium2.PdfDocument(made)) as document:
        shown = _text_of(document, 0)
    say = TEXTS.texts(language).gettext
    for word in ("Audit trail", "Documents", "People", "Events"):
        assert say(word) in shown
    assert "{" not in shown
    assert "evidence.json" in shown

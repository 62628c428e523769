"""The script asks for no text that nobody wrote."""

import re
from collections.abc import Iterator

from countersign.pages.signing.strings import BROWSER_STRINGS, CHAT_STRINGS, way_text
from tests.support.node import FRONTEND


def script_texts() -> Iterator[str]:
    for path in (FRONTEND / "signing").glob("*.ts"):
        yield from re.findall(r'"([a-z]+(?:_[a-z]+)*)"', path.read_text())
        yield from re.findall(r"`(signature_missing_)\$", path.read_text())


def test_the_script_uses_exactly_the_texts_it_is_given() -> None:
    used = set(script_texts())
    unused = [name for name in BROWSER_STRINGS if name not in used]
    assert [n for n in unused if not n.startswith("signature_missing_")] == []
    for path in (FRONTEND / "signing").glob("*.ts"):
        asked = re.findall(r'\bt\("(\w+)"', path.read_text())
        assert set(asked) <= set(BROWSER_STRINGS), path.name


def test_the_chats_script_uses_exactly_the_texts_it_is_given() -> None:
    scripts = [path.read_text() for path in (FRONTEND / "signing").glob("chat*.ts")]
    asked = {name for text in scripts for name in re.findall(r"\bsay\(([^;]*)\)", text)}
    names = {name for part in asked for name in re.findall(r'"([a-z]+(?:_[a-z]+)*)"', part)}
    assert names == set(CHAT_STRINGS)


def test_the_country_of_an_eid_is_in_the_readers_language() -> None:
    assert way_text("en", "nbid") == "BankID (Norway)"
    assert way_text("fr", "nbid") == way_text("fr", "key:NBID") == "BankID (Norvège)"
    assert way_text("fi", "sbid") == "BankID (Ruotsi)"
    assert (way_text("fi", "mitid"), way_text("fi", "our_own")) == ("MitID", "our own")
    assert way_text("fi", "") == ""

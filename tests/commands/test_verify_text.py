"""`countersign verify` for signed texts."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.commands.running import assert_refused, countersign
from tests.xades.made import CONSENT, TEXT, Maker

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def xml() -> bytes:
    return Maker.usual().signed()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return kept(Maker.usual().root, tmp_path / "root.der")


def kept(data: bytes, path: Path) -> Path:
    path.write_bytes(data)
    return path


def test_a_signed_text_is_told_of_in_the_words_for_a_pdf(
    xml: bytes, root: Path, tmp_path: Path
) -> None:
    path = kept(xml, tmp_path / "result.xml")
    ran = countersign("verify", path, "--trust", root, "--data", tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("VALID: every signature is intact")
    digest = hashlib.sha256(TEXT).hexdigest()
    for words in ("Level: XAdES B-LT", "1. Signature by Åsa", CONSENT, f"SHA-256 {digest}"):
        assert words in ran.stdout
    ran = countersign("verify", path, "--trust", root, "--json", "--data", tmp_path)
    found = json.loads(ran.stdout)
    assert (found["verdict"], found["form"], found["level"]) == ("valid", "XAdES", "B-LT")
    (signature,) = found["signatures"]
    assert (signature["reason"], signature["valid"], signature["trusted"]) == (CONSENT, True, True)
    assert signature["covers"] == f"text/plain, {len(TEXT)} bytes, SHA-256 {digest}"


def test_an_authority_that_is_not_known_is_told(xml: bytes, tmp_path: Path) -> None:
    path = kept(xml, tmp_path / "result.xml")
    ran = countersign("verify", path, "--data", tmp_path)
    assert (ran.returncode, ran.stdout.startswith("VALID, AUTHORITY UNKNOWN")) == (0, True)
    assert "no authority that is known here" in ran.stdout
    assert countersign("verify", path, "--known-only", "--data", tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda xml: xml.replace(b"ProofOfApproval", b"ProofOfReceipt "), "were changed"),
        (lambda xml: xml[:-40], "not well-formed"),
        (lambda xml: b"\xef\xbb\xbf" + xml, "no XML in UTF-8"),
        (lambda xml: xml.replace(b">", b"><!-- -->", 1), "comments"),
        (lambda _xml: b'<a xmlns="http://www.w3.org/2000/09/xmldsig#"/>', "no XML signature"),
    ],
)
def test_what_was_changed_is_not_valid(
    xml: bytes, root: Path, tmp_path: Path, change: object, why: str
) -> None:
    assert callable(change)
    path = kept(change(xml), tmp_path / "result.xml")
    ran = countersign("verify", path, "--trust", root, "--data", tmp_path)
    assert ran.returncode == 1, ran.stderr
    assert ran.stdout.startswith("NOT VALID.\nProblem: ")
    assert why in ran.stdout
    ran = countersign("verify", path, "--trust", root, "--json", "--data", tmp_path)
    found = json.loads(ran.stdout)
    assert (found["verdict"], found["signatures"], found["level"]) == ("invalid", [], None)


def test_xml_without_a_signature_is_refused_like_any_other_file(tmp_path: Path) -> None:
    path = kept(b"<order><id>1</id></order>", tmp_path / "order.xml")
    assert_refused(countersign("verify", path, "--data", tmp_path), "")

"""What we write is a signature for everybody, and holds the text as it came."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml.processor import get_schema

from countersign.xades import XadesError, sign_text
from tests.pdf.chain import ASA
from tests.pdf.foreign import Authority
from tests.xades.made import CONSENT, TEXT, Maker, rsa_key, signer_of
from tests.xades.referees import openssl_accepts_timestamp, signxml_finds, xmlsec_accepts

CONTENTS = {
    "text": (TEXT, "text/plain"),
    "markdown": (b"# Lease\n\n* one <b>\n", "text/markdown; charset=utf-8"),
    "XML": (b"<?xml version='1.0'?><lease a='1'><!-- --><b/>]]&gt;</lease>", "application/xml"),
    "UTF-16": ("Åsa".encode("utf-16"), "text/plain; charset=utf-16"),
    "Latin-1": (bytes(range(256)), "text/plain"),
    "blanks": (b" \r\n\t\r", "text/plain"),
    "large": ("åäö\n".encode() * 250_000, "text/plain"),
}


@pytest.fixture(scope="module")
def maker() -> Maker:
    return Maker.usual()


@pytest.mark.parametrize(("content", "media_type"), CONTENTS.values(), ids=CONTENTS.keys())
def test_every_content_comes_out_as_it_went_in(
    maker: Maker, content: bytes, media_type: str, tmp_path: Path
) -> None:
    xml = maker.signed(content, media_type)
    assert xmlsec_accepts(xml, maker.root, tmp_path)
    assert signxml_finds(xml, maker.root, tmp_path)[0] == content
    found = maker.verified(xml)
    assert (found.content, found.media_type) == (content, media_type)


@pytest.mark.parametrize("bits", [2048, 3072])
def test_rsa_keys_sign_as_well(maker: Maker, bits: int, tmp_path: Path) -> None:
    authority = Authority()
    xml = maker.signed(key=signer_of(authority, rsa_key(bits)))
    assert xmlsec_accepts(xml, authority.root_der, tmp_path)
    assert signxml_finds(xml, authority.root_der, tmp_path)[0] == TEXT
    assert maker.verified(xml, roots=[authority.root_der]).who == "Rosa Räv"


def test_the_referees_refuse_what_was_changed(maker: Maker, tmp_path: Path) -> None:
    """Else their yes would mean nothing."""
    xml = maker.signed().replace(b64encode(TEXT), b64encode(TEXT.replace(b"40", b"90")))
    assert not xmlsec_accepts(xml, maker.root, tmp_path)
    with pytest.raises(Exception, match="Digest mismatch"):
        signxml_finds(xml, maker.root, tmp_path)
    assert not xmlsec_accepts(maker.signed(), Authority().root_der, tmp_path)


def test_the_timestamp_is_over_the_signature_value(maker: Maker, tmp_path: Path) -> None:
    authorities = maker.root, maker.world.keys.certificate("issuing")
    xml, other = maker.signed(), maker.signed()
    assert openssl_accepts_timestamp(xml, *authorities, tmp_path)
    value, another = (one.split(b'"value">')[1][:80] for one in (xml, other))
    assert not openssl_accepts_timestamp(xml.replace(value, another), *authorities, tmp_path)


@pytest.mark.parametrize("schema", ["XAdES01903v132-201601.xsd", "XAdES01903v141-201601.xsd"])
def test_the_file_keeps_the_schema_of_etsi(maker: Maker, schema: str) -> None:
    """Of the qualifying properties; that of the signature around them is signxml's to check."""
    root = etree.fromstring(maker.signed())
    properties = root.find(".//{http://uri.etsi.org/01903/v1.3.2#}QualifyingProperties")
    assert properties is not None
    get_schema(schema).assertValid(properties)


def test_what_is_hashed_stands_in_the_file_as_it_is_hashed(maker: Maker) -> None:
    """So the digest of the text is the one that the evidence has of the upload."""
    xml = maker.signed()
    digest = b64encode(hashlib.sha256(TEXT).digest())
    assert b"<ds:DigestValue>" + digest + b"</ds:DigestValue>" in xml
    start = xml.index(b"<xades:SignedProperties")
    end = xml.index(b"</xades:SignedProperties>") + len(b"</xades:SignedProperties>")
    assert b64encode(hashlib.sha256(xml[start:end]).digest()) in xml[:start]


def test_the_signature_says_who_when_and_to_what_they_agreed(maker: Maker) -> None:
    at = maker.world.clock().replace(microsecond=0) - timedelta(seconds=20)
    found = maker.verified(maker.signed(at=at))
    assert (found.who, found.email, found.consent) == (ASA.name, ASA.contact, CONSENT)
    assert found.trusted
    assert found.time_trusted
    assert found.when >= at


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1))
def test_any_consent_survives_but_for_what_xml_cannot_hold(consent: str) -> None:
    maker = Maker.usual()
    found = maker.verified(maker.signed(consent=consent, validation=None)).consent
    assert len(found) == len(consent)
    lost = {one for one, other in zip(consent, found, strict=True) if one != other}
    assert all(one < " " or one in "\ufffe\uffff" or "\ud800" <= one <= "\udfff" for one in lost)


def test_a_seal_needs_no_consent(maker: Maker, tmp_path: Path) -> None:
    xml = maker.signed(key=maker.world.platform("seal"), consent="")
    assert b"Commitment" not in xml
    assert xmlsec_accepts(xml, maker.root, tmp_path)
    assert maker.verified(xml).who == "Countersign seal"


def test_the_time_claimed_is_in_utc(maker: Maker) -> None:
    local = datetime.now(UTC).astimezone(tz=None)
    xml = maker.signed(at=local, validation=None)
    assert f"<xades:SigningTime>{local.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}<".encode() in xml


@pytest.mark.parametrize(
    "media_type", ["", "text", "text/plain\n", 'text/plain"', "a/b; c=d", "a/<"]
)
def test_a_media_type_that_is_none_is_refused(maker: Maker, media_type: str) -> None:
    with pytest.raises(XadesError, match="media type"):
        maker.signed(media_type=media_type)


def test_a_key_of_another_kind_is_refused(maker: Maker) -> None:
    class Other:
        certificate, chain, algorithm = b"", (), b"\x30\x05\x06\x03\x2b\x65\x70"

        def sign(self, data: bytes) -> bytes:
            return data

    with pytest.raises(XadesError, match="P-256"):
        maker.signed(key=Other())


def test_ecdsa_values_are_64_bytes_however_small_the_integers_are(maker: Maker) -> None:
    """In DER they are shorter now and then; XML wants them filled up."""
    key = maker.world.person(ASA)
    for _ in range(600):
        xml = sign_text(b"x", "text/plain", key, lambda _: b"", maker.world.clock())
        value = etree.fromstring(xml).findtext("{http://www.w3.org/2000/09/xmldsig#}SignatureValue")
        assert value is not None
        assert len(value) == 88


def test_only_p256_is_known_of_the_curves(maker: Maker) -> None:
    with pytest.raises(Exception, match="P-256"):
        maker.signed(key=signer_of(Authority(), ec.generate_private_key(ec.SECP384R1())))

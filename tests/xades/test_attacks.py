"""Whatever is changed in a signature, or slipped into it, our verifier says no."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.xades.verify import MAX_BYTES, Refused
from tests.pdf.chain import ASA, YURI
from tests.pdf.foreign import Authority
from tests.xades.made import CONSENT, TEXT, Maker, rsa_key, signer_of

Change = Callable[[bytes], bytes]
DS = b'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
SHA256 = b"http://www.w3.org/2001/04/xmlenc#sha256"
C14N = b"http://www.w3.org/2001/10/xml-exc-c14n#"
BASE64 = b"http://www.w3.org/2000/09/xmldsig#base64"
EVIL = b64encode(b"I owe you a million")


@pytest.fixture(scope="module")
def maker() -> Maker:
    return Maker.usual()


def swap(old: bytes, new: bytes) -> Change:
    def change(xml: bytes) -> bytes:
        assert old in xml
        return xml.replace(old, new, 1)

    return change


def element(xml: bytes, name: bytes, number: int = 0) -> bytes:
    found = re.findall(b"<%s[ >].*?</%s>" % (name, name), xml, re.DOTALL)
    return bytes(found[number])


def inside(name: bytes, change: Change) -> Change:
    """Changes the content of the first element of that name."""

    def changed(xml: bytes) -> bytes:
        old = element(xml, name)
        start, end = old.index(b">") + 1, old.rindex(b"<")
        return xml.replace(old, old[:start] + change(old[start:end]) + old[end:], 1)

    return changed


def flipped(data: bytes) -> bytes:
    """Another letter in the middle of base64."""
    middle = len(data) // 2
    other = b"A" if data[middle : middle + 1] != b"A" else b"B"
    return data[:middle] + other + data[middle + 1 :]


def wrapped_beside(xml: bytes) -> bytes:
    """The signed text moves to where nobody reads, another takes its place and its Id."""
    signed = element(xml, b"ds:Object")
    evil = signed.replace(b64encode(TEXT), EVIL)
    return xml.replace(signed, evil, 1).replace(b"</ds:Signature>", signed + b"</ds:Signature>")


def wrapped_within(xml: bytes) -> bytes:
    signed = element(xml, b"ds:Object")
    return xml.replace(signed, signed.replace(b64encode(TEXT), EVIL + signed), 1)


def wrapped_whole(xml: bytes) -> bytes:
    """A signature around the signature."""
    body = xml[xml.index(b"<ds:Signature ") :].strip()
    outer = body.replace(b64encode(TEXT), EVIL)
    return outer.replace(b"</ds:Signature>", b"<ds:Object>" + body + b"</ds:Object></ds:Signature>")


def twice(name: bytes) -> Change:
    def change(xml: bytes) -> bytes:
        return xml.replace(found := element(xml, name), found + found, 1)

    return change


def without(name: bytes) -> Change:
    return lambda xml: xml.replace(element(xml, name), b"", 1)


def swapped_references(xml: bytes) -> bytes:
    first, second = element(xml, b"ds:Reference"), element(xml, b"ds:Reference", 1)
    return xml.replace(first + second, second + first)


def with_doctype(declaration: bytes, xml: bytes) -> bytes:
    return xml.replace(b"?>\n", b"?>\n" + declaration, 1)


XXE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = b"<!DOCTYPE x [<!ENTITY a0 'ha'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
)

TAMPERED: dict[str, Change] = {
    "the text": swap(b64encode(TEXT), EVIL),
    "one letter of the text": inside(b"ds:Object", flipped),
    "the media type of the object": swap(b'MimeType="text/plain"', b'MimeType="text/html"'),
    "the signed media type": swap(b"<xades:MimeType>text/plain", b"<xades:MimeType>text/html"),
    "the time": swap(b"<xades:SigningTime>20", b"<xades:SigningTime>19"),
    "the consent": swap(b"&amp; agree", b"&amp; do not agree"),
    "the kind of commitment": swap(b"ProofOfApproval", b"ProofOfOrigin"),
    "the digest of the text": inside(b"ds:DigestValue", flipped),
    "the signature value": inside(b"ds:SignatureValue", flipped),
    "the certificate": inside(b"ds:X509Certificate", flipped),
    "the digest of the certificate": inside(b"xades:CertDigest", swap(b"=<", b"a<")),
    "the timestamp": inside(b"xades:EncapsulatedTimeStamp", flipped),
    "half of the timestamp": inside(b"xades:EncapsulatedTimeStamp", lambda d: d[: len(d) // 8 * 4]),
    "no timestamp in its place": inside(b"xades:EncapsulatedTimeStamp", lambda _: b""),
    "a revocation list": inside(b"xades:EncapsulatedCRLValue", lambda _: b"MAA="),
    "a certificate for later": inside(b"xades:EncapsulatedX509Certificate", lambda _: b"MAA="),
    "certificates without lists": without(b"xades:RevocationValues"),
    "no properties": without(b"xades:SignedProperties"),
    "no certificate": without(b"ds:KeyInfo"),
    "no signature value": without(b"ds:SignatureValue"),
    "no references": without(b"ds:Reference"),
}

SLIPPED_IN: dict[str, Change] = {
    "a text beside the signed one": wrapped_beside,
    "a text around the signed one": wrapped_within,
    "a signature around the signature": wrapped_whole,
    "a second signature value": twice(b"ds:SignatureValue"),
    "a third reference": twice(b"ds:Reference"),
    "references in another order": swapped_references,
    "a second object": twice(b"ds:Object"),
    "second properties": twice(b"xades:SignedProperties"),
    "a second timestamp": twice(b"xades:SignatureTimeStamp"),
    "another root": lambda x: b"<r>" + x[x.index(b"<ds:Signature ") :].strip() + b"</r>",
    "two roots": lambda x: x + x[x.index(b"<ds:Signature ") :],
    "a reference to the world": swap(b'URI="#content"', b'URI="http://127.0.0.1:9/x"'),
    "a reference to a file": swap(b'URI="#content"', b'URI="file:///etc/passwd"'),
    "a reference to all": swap(b'URI="#content"', b'URI=""'),
    "a reference to nothing": swap(b' URI="#content"', b""),
    "a pointer": swap(b'URI="#content"', b'URI="#xpointer(/)"'),
    "a stylesheet as transform": swap(BASE64, b"http://www.w3.org/TR/1999/REC-xslt-19991116"),
    "a path as transform": swap(BASE64, b"http://www.w3.org/TR/1999/REC-xpath-19991116"),
    "no transform": swap(b'<ds:Transform Algorithm="%s"></ds:Transform>' % BASE64, b""),
    "another canonical form": swap(C14N, b"http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
    "SHA-1": swap(SHA256, b"http://www.w3.org/2000/09/xmldsig#sha1"),
    "a shared secret": swap(b"xmldsig-more#ecdsa-sha256", b"xmldsig-more#hmac-sha256"),
    "another method than the key has": swap(b"more#ecdsa-sha256", b"more#rsa-sha256"),
    "a key beside the certificate": swap(
        b"<ds:X509Data>", b"<ds:KeyName>me</ds:KeyName><ds:X509Data>"
    ),
    "a certificate from the world": swap(
        b"<ds:X509Data>", b'<ds:RetrievalMethod URI="http://127.0.0.1:9/"/><ds:X509Data>'
    ),
    "an attribute": swap(b"<ds:KeyInfo>", b'<ds:KeyInfo Id="content">'),
    "a base for addresses": swap(b"<ds:KeyInfo>", b'<ds:KeyInfo xml:base="http://127.0.0.1:9/">'),
    "an attribute in a namespace": swap(b"<ds:KeyInfo>", b'<ds:KeyInfo xmlns:x="x" x:Id="a">'),
    "a relative namespace": swap(
        b"<xades:SignedProperties xmlns", b'<xades:SignedProperties xmlns:x="x" xmlns'
    ),
    "text between elements": swap(b"<ds:KeyInfo>", b"<ds:KeyInfo>text"),
    "blanks between elements": swap(b"<ds:X509Data>", b"\n<ds:X509Data>"),
    "an element in a value": swap(b"</ds:SignatureValue>", b"<x/></ds:SignatureValue>"),
    "an element in the text": swap(b64encode(TEXT), b64encode(TEXT) + b"<x/>"),
    "blanks in the text": swap(b64encode(TEXT), b64encode(TEXT) + b"\n"),
    "another namespace": swap(DS, b'xmlns:ds="http://example.test/"'),
    "an inclusion": swap(
        b"<ds:KeyInfo>",
        b'<ds:KeyInfo><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>',
    ),
    "a comment in the consent": swap(b"&amp; agree", b"<!-- not -->&amp; agree"),
    "a comment in a digest": swap(b"<ds:DigestValue>", b"<ds:DigestValue><!---->"),
    "a comment in the text": swap(b64encode(TEXT), EVIL + b"<!-- -->" + b64encode(TEXT)),
    "a comment at the end": lambda x: x + b"<!-- -->",
    "a section": swap(b64encode(TEXT), b"<![CDATA[" + b64encode(TEXT) + b"]]>"),
    "an instruction": swap(b"<ds:KeyInfo>", b"<ds:KeyInfo><?x y?>"),
    "a stylesheet to show it": lambda x: x.replace(b"?>\n", b'?><?xml-stylesheet href="x"?>', 1),
    "a type definition": lambda x: with_doctype(b"<!DOCTYPE x>", x),
    "a file as entity": lambda x: swap(b64encode(TEXT), b"&e;")(with_doctype(XXE, x)),
    "a billion laughs": lambda x: swap(b64encode(TEXT), b"&a9;")(with_doctype(LAUGHS, x)),
    "an entity that nobody declared": swap(b64encode(TEXT), b"&e;"),
    "a definition from the world": lambda x: with_doctype(
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', x
    ),
    "another encoding": lambda x: x.decode().replace("UTF-8", "UTF-16", 1).encode("utf-16"),
    "another encoding without its mark": lambda x: x.decode().encode("utf-16-le"),
    "a claim of another encoding": swap(b'encoding="UTF-8"', b'encoding="UTF-7"'),
    "a byte order mark": lambda x: b"\xef\xbb\xbf" + x,
    "bytes that are no text": lambda x: x + b"\xff",
    "a zero": lambda x: x + b"\0",
    "something at the end": lambda x: x + b"x",
    "only half": lambda x: x[: len(x) // 2],
    "nothing": lambda _: b"",
    "deep nesting": swap(b64encode(TEXT), b"<a>" * 450 + b"</a>" * 450),
    "very deep nesting": swap(b64encode(TEXT), b"<a>" * 100_000 + b"</a>" * 100_000),
    "many attributes": swap(
        b"<ds:KeyInfo>", b"<ds:KeyInfo %s>" % b" ".join(b'a%d=""' % n for n in range(99_999))
    ),
    "ten megabytes": swap(b64encode(TEXT), b"QUJD" * 2_500_000),
    "as much as is looked at": swap(b64encode(TEXT), b"QUJD" * ((MAX_BYTES - 20_000) // 4)),
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED.keys())
def test_a_changed_part_is_refused(maker: Maker, change: Change) -> None:
    xml = maker.signed()
    assert maker.verified(xml).trusted
    with pytest.raises(Refused):
        maker.verified(change(xml))


@pytest.mark.parametrize("change", SLIPPED_IN.values(), ids=SLIPPED_IN.keys())
def test_what_is_slipped_in_is_refused(maker: Maker, change: Change) -> None:
    xml = maker.signed()
    changed = change(xml)
    assert changed != xml
    with pytest.raises(Refused) as refused:
        maker.verified(changed)
    assert len(str(refused.value)) < 200


def test_the_certificate_of_a_colleague_is_refused(maker: Maker) -> None:
    """Both are trusted, but only one of them signed."""
    mine, other = maker.signed(), maker.signed(key=maker.world.person(YURI))
    changed = mine.replace(element(mine, b"ds:KeyInfo"), element(other, b"ds:KeyInfo"))
    with pytest.raises(Refused, match="does not verify"):
        maker.verified(changed)


def test_another_certificate_for_the_same_key_is_refused(maker: Maker) -> None:
    """The signature value holds under it; the signed digest of the certificate does not."""
    key, authority = rsa_key(), Authority()
    mine, other = (maker.signed(key=signer_of(authority, key)) for _ in range(2))
    changed = mine.replace(element(mine, b"ds:KeyInfo"), element(other, b"ds:KeyInfo"))
    with pytest.raises(Refused, match="another certificate"):
        maker.verified(changed)


@pytest.mark.parametrize("name", [b"xades:EncapsulatedTimeStamp", b"ds:SignatureValue"])
def test_a_part_of_another_signature_is_refused(maker: Maker, name: bytes) -> None:
    mine, other = maker.signed(), maker.signed()
    with pytest.raises(Refused):
        maker.verified(mine.replace(element(mine, name), element(other, name)))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_change_of_a_byte_changes_what_is_found(data: st.DataObject) -> None:
    """Refused, or a part that is not signed and changes nothing; never another error."""
    maker = Maker.usual()
    xml = _signed_once()
    at = data.draw(st.integers(0, len(xml) - 1))
    changed = xml[:at] + data.draw(st.binary(min_size=1, max_size=3)) + xml[at + 1 :]
    try:
        found = maker.verified(changed)
    except Refused:
        return
    wanted = maker.verified(xml)
    for name in ("content", "media_type", "consent", "who", "certificate", "when"):
        assert getattr(found, name) == getattr(wanted, name)


HELD = re.compile(rb">([A-Za-z0-9+/=]{40,})<")


# cryptography warns of a serial number below zero, and means to refuse it in future
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_change_within_certificates_lists_and_tokens_changes_what_is_found(
    data: st.DataObject,
) -> None:
    """In the DER, where changes of base64 seldom lead: libraries parse names and extensions when
    they are asked for them, and raise there what nobody expects."""
    maker, xml = Maker.usual(), _signed_once()
    start, end = data.draw(st.sampled_from([found.span(1) for found in HELD.finditer(xml)]))
    held = bytearray(b64decode(xml[start:end]))
    for _ in range(data.draw(st.integers(1, 4))):
        held[data.draw(st.integers(0, len(held) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = maker.verified(xml[:start] + b64encode(held) + xml[end:])
    except Refused:
        return
    assert (found.content, found.who, found.consent) == (TEXT, ASA.name, CONSENT)


def with_bytes(xml: bytes, old: bytes, new: bytes) -> bytes:
    """Changes bytes within the DER of every part that has them."""

    def change(found: re.Match[bytes]) -> bytes:
        return b">" + b64encode(b64decode(found[1]).replace(old, new)) + b"<"

    return HELD.sub(change, xml)


COMMON_NAME = b"\x06\x03\x55\x04\x03\x0c"  # and its value is a UTF8String
MAIL = b"\x81\x10asa@example.test"


@pytest.mark.parametrize(
    ("old", "new"), [(COMMON_NAME, COMMON_NAME[:-1] + b"\x1e"), (MAIL, b"\xa3" + MAIL[1:])]
)
def test_damage_that_shows_only_when_a_name_is_read_is_refused(
    maker: Maker, old: bytes, new: bytes
) -> None:
    changed = with_bytes(maker.signed(), old, new)
    with pytest.raises(Refused, match="certificate cannot be read"):
        maker.verified(changed)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused(noise: bytes) -> None:
    with pytest.raises(Refused):
        Maker.usual().verified(noise)


_once: list[bytes] = []


def _signed_once() -> bytes:
    if not _once:
        _once.append(Maker.usual().signed())
    return _once[0]

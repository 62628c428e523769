"""What our verifier says of whole signatures: whom it believes, for when, and how far."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from countersign import pdf
from countersign.adapters.keys.material import ValidationMaterial
from countersign.xades.verify import Refused
from tests.pdf.chain import World
from tests.pdf.foreign import Authority
from tests.xades.made import TEXT, Maker, rsa_key, signer_of, stamper_of

YEARS = timedelta(days=3 * 365)
BEGIN = b"<xades:UnsignedProperties>"
END = b"</xades:UnsignedProperties>"


@pytest.fixture(scope="module")
def maker() -> Maker:
    return Maker.usual()


def serial_of(key: pdf.Signer) -> int:
    return x509.load_der_x509_certificate(key.certificate).serial_number


def without_timestamp(xml: bytes) -> bytes:
    return xml[: xml.index(BEGIN)] + xml[xml.index(END) + len(END) :]


def test_with_revocation_lists_the_level_is_b_lt(maker: Maker) -> None:
    assert maker.verified(maker.signed()).level == "B-LT"


def test_without_revocation_lists_the_level_is_b_t(maker: Maker) -> None:
    assert maker.verified(maker.signed(validation=None)).level == "B-T"


def test_without_a_timestamp_the_level_is_b_b_and_the_time_only_claimed(maker: Maker) -> None:
    found = maker.verified(without_timestamp(maker.signed()))
    assert (found.level, found.time_source, found.time_trusted) == ("B-B", "", False)
    assert found.trusted


@pytest.mark.parametrize("left_out", ["root", "issuing"])
def test_a_missing_revocation_list_keeps_the_level_down(maker: Maker, left_out: str) -> None:
    whole = maker.validation()
    issuers = [x509.load_der_x509_crl(crl).issuer.rfc4514_string() for crl in whole.crls]
    kept = [crl for crl, name in zip(whole.crls, issuers, strict=True) if left_out not in name]
    assert len(kept) == 1
    some = ValidationMaterial(whole.certificates, tuple(kept))
    assert maker.verified(maker.signed(validation=some)).level == "B-T"


def test_lists_of_somebody_else_prove_nothing(maker: Maker) -> None:
    other = Maker(World.new()).validation()
    mixed = ValidationMaterial((*maker.validation().certificates, *other.certificates), other.crls)
    assert maker.verified(maker.signed(validation=mixed)).level == "B-T"


def test_a_timestamp_proves_a_signature_whose_certificate_has_expired(maker: Maker) -> None:
    xml = maker.signed()
    assert maker.verified(xml, after=YEARS).trusted
    assert not maker.verified(without_timestamp(xml), after=YEARS).trusted


def test_the_signer_of_another_installation_is_not_trusted(maker: Maker) -> None:
    found = maker.verified(Maker(World.new()).signed())
    assert not found.trusted
    assert not found.time_trusted
    assert found.content == TEXT


def test_nobody_is_trusted_without_roots(maker: Maker) -> None:
    found = maker.verified(maker.signed(), roots=[])
    assert (found.trusted, found.time_trusted, found.level) == (False, False, "B-LT")


def test_the_timestamp_of_an_unknown_authority_does_not_prove_the_time(maker: Maker) -> None:
    xml = maker.signed(timestamper=stamper_of(Authority("Stamps of a stranger")))
    found = maker.verified(xml)
    assert (found.trusted, found.time_trusted, found.level) == (True, False, "B-T")
    assert "not known to us" in found.time_source
    assert not maker.verified(xml, after=YEARS).trusted


def test_a_revoked_certificate_is_refused(maker: Maker) -> None:
    authority = Authority()
    key = signer_of(authority, rsa_key())
    good, bad = (
        ValidationMaterial((authority.root_der,), (crl,))
        for crl in (authority.crl(1), authority.crl(serial_of(key)))
    )
    xml = maker.signed(key=key, validation=good)
    assert maker.verified(xml, roots=[authority.root_der]).trusted
    with pytest.raises(Refused, match="revoked"):
        maker.verified(maker.signed(key=key, validation=bad), roots=[authority.root_der])


@pytest.mark.parametrize("purpose", ["ca", "tsa"])
def test_certificates_for_other_purposes_do_not_sign(maker: Maker, purpose: str) -> None:
    key = signer_of(Authority(), rsa_key(), **{purpose: True})
    with pytest.raises(Refused, match="certificate is"):
        maker.verified(maker.signed(key=key))


def test_a_short_rsa_key_is_refused(maker: Maker) -> None:
    with pytest.raises(Refused, match="kind of key"):
        maker.verified(maker.signed(key=signer_of(Authority(), rsa_key(1024))))


def test_a_certificate_that_asks_for_rules_we_do_not_know_is_not_trusted(maker: Maker) -> None:
    """RFC 5280, 4.2: what is critical and not understood must not be passed over."""
    key = ec.generate_private_key(ec.SECP256R1())
    ours = maker.world.keys.certificate("root")
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Bound")])
    now = maker.world.clock()
    builder = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.32473.9"), b"\5\0")
    for critical in (False, True):
        made = builder.add_extension(odd, critical).sign(key, hashes.SHA256())
        root = made.public_bytes(Encoding.DER)
        xml = maker.signed(key=pdf.Signer(key, root))
        assert maker.verified(xml, roots=[root, ours]).trusted is not critical


def test_a_signer_cannot_issue_certificates(maker: Maker) -> None:
    """Else whoever signed once could sign as everybody."""
    authority = Authority()
    signer_key = ec.generate_private_key(ec.SECP256R1())
    signer = authority.certified(signer_key, "Foreign root")  # no CA, by name its own issuer
    mallory = Authority()
    mallory.key = signer_key
    forged = mallory.certified(ec_key := ec.generate_private_key(ec.SECP256R1()), "The boss")
    xml = maker.signed(key=pdf.Signer(ec_key, forged, [signer, authority.root_der]))
    assert not maker.verified(xml, roots=[authority.root_der]).trusted


@pytest.mark.parametrize("apart", [timedelta(minutes=-10), timedelta(minutes=10)])
def test_a_time_claimed_far_from_the_one_proven_is_refused(maker: Maker, apart: timedelta) -> None:
    with pytest.raises(Refused, match="time claimed"):
        maker.verified(maker.signed(at=maker.world.clock() + apart))


def test_a_file_that_others_wrote_again_keeps_its_meaning(maker: Maker) -> None:
    """Quotes, empty elements, namespaces and the declaration are not part of what is signed."""
    xml = maker.signed()
    again = xml.replace(b"></ds:Transform>", b"/>").replace(b'Id="content"', b"Id='content'")
    again = again.removeprefix(b'<?xml version="1.0" encoding="UTF-8"?>\n').strip()
    assert again != xml
    assert maker.verified(again) == maker.verified(xml)

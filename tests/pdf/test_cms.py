"""Signatures and tokens are DER to the byte, as an independent encoder sees them."""

import hashlib
from datetime import UTC, datetime

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import core
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from countersign import der, pdf
from countersign.adapters.keys import certificate, names
from countersign.adapters.keys.material import Person
from countersign.pdf import cms
from tests.pdf.chain import ASA, Chain, World
from tests.pdf.samples import contract

DIGEST = hashlib.sha256(b"file").digest()


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


def signed_data(contents: bytes) -> asn1_cms.SignedData:
    info = asn1_cms.ContentInfo.load(contents, strict=True)
    return info["content"]


class NoToken:
    """Stands where a token would, as short as such a structure can be."""

    size = 20

    def __call__(self, _: bytes) -> bytes:
        return der.sequence(der.oid("1.2.840.113549.1.7.1"))


def elements(content: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(content):
        end = der.element_end(content, at)
        found.append(content[at:end])
        at = end
    return found


def test_every_set_is_in_der_order(world: World) -> None:
    """Some validators accept any order; strict ones refuse the file."""
    data = signed_data(cms.signature(world.person(ASA), DIGEST, world.timestamper()))
    certificates = [one.dump() for one in data["certificates"]]
    assert len(certificates) == 2
    assert certificates == sorted(certificates)
    attributes = [one.dump() for one in data["signer_infos"][0]["signed_attrs"]]
    assert len(attributes) == 3
    assert attributes == sorted(attributes)


def test_reencoding_gives_the_same_bytes(world: World) -> None:
    """Signature and token apart: the encoder's time doubles with every level of nesting."""
    signature = cms.signature(world.person(ASA), DIGEST, NoToken())
    for contents in (signature, world.timestamper()(DIGEST)):
        again = asn1_cms.ContentInfo.load(contents)
        assert again.copy().dump(force=True) == contents


def test_the_signature_binds_the_certificate_and_nothing_else_claims_a_time(world: World) -> None:
    signer = world.person(ASA)
    info = signed_data(cms.signature(signer, DIGEST, world.timestamper()))["signer_infos"][0]
    attributes = {one["type"].native: one["values"][0] for one in info["signed_attrs"]}
    assert set(attributes) == {"content_type", "message_digest", "signing_certificate_v2"}
    assert attributes["message_digest"].native == DIGEST
    (bound,) = attributes["signing_certificate_v2"]["certs"]
    assert bound["cert_hash"].native == hashlib.sha256(signer.certificate).digest()
    assert [one["type"].native for one in info["unsigned_attrs"]] == ["signature_time_stamp_token"]


def test_the_token_stamps_the_signature_value(world: World) -> None:
    info = signed_data(cms.signature(world.person(ASA), DIGEST, world.timestamper()))
    signer_info = info["signer_infos"][0]
    token = signer_info["unsigned_attrs"][0]["values"][0]
    stamped = token["content"]["encap_content_info"]["content"].parsed
    value = signer_info["signature"].native
    assert stamped["message_imprint"]["hashed_message"].native == hashlib.sha256(value).digest()
    assert stamped["policy"].native == "1.3.6.1.4.1.32473.1.1"


def long_named(world: World, key: object) -> pdf.Signer:
    """A signer whose certificate and issuer have very long names, which guesses of size forget."""
    name = names.person_name(Person("An issuing authority with a long name " * 20))
    ca = ec.generate_private_key(ec.SECP256R1())
    validity = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    issued = certificate.issue(certificate.Issuer.of(ca, name), name, ca, validity, b"")
    return pdf.Signer(key, issued, [world.keys.certificate("issuing")] * 3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(65537, 2048),
        rsa.generate_private_key(65537, 4096),
    ],
    ids=["P-256", "RSA-2048", "RSA-4096"],
)
@pytest.mark.parametrize("token", [100, 3000, 70_000])
def test_the_room_is_enough_and_not_much_more(world: World, key: object, token: int) -> None:
    class Timestamper:
        size = token

        def __call__(self, _: bytes) -> bytes:
            return bytes(token)

    signer = long_named(world, key)
    room = cms.signature_room(signer, Timestamper())
    lengths = [len(cms.signature(signer, DIGEST, Timestamper())) for _ in range(20)]
    assert max(lengths) <= room < max(lengths) + 80


def test_tokens_never_exceed_the_size_announced(world: World) -> None:
    timestamper = world.timestamper()
    lengths = [len(timestamper(DIGEST)) for _ in range(300)]
    assert max(lengths) <= timestamper.size


def test_the_authority_stamps_the_time_of_the_clock_it_was_given(world: World) -> None:
    moment = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    timestamper = pdf.LocalTimestamper(world.platform("timestamp"), lambda: moment)
    token = asn1_cms.ContentInfo.load(timestamper(DIGEST))
    stamped = token["content"]["encap_content_info"]["content"].parsed
    assert stamped["gen_time"].native == moment


def test_a_key_that_readers_do_not_know_is_refused() -> None:
    with pytest.raises(pdf.PdfError, match="P-256"):
        pdf.Signer(ec.generate_private_key(ec.SECP384R1()), b"")


def test_the_padding_of_the_gap_is_zeros(world: World) -> None:
    chain = Chain.start(world, contract(), pdf.Layout((pdf.Slot(),))).certify().act(0, ASA)
    segment = chain.segments[-1]
    opens = segment.index(b"/Contents <") + len(b"/Contents <")
    contents = bytes.fromhex(segment[opens : segment.index(b">", opens)].decode())
    end = der.element_end(contents)
    assert not contents[end:].strip(b"\0")
    assert len(contents) - end < 80


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 256, 2**63, 2**159])
def test_integers_are_minimal_and_positive(value: int) -> None:
    encoded = der.integer(value)
    assert core.Integer.load(encoded, strict=True).native == value
    assert core.Integer(value).dump() == encoded


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535, 65_536])
def test_lengths_are_minimal(size: int) -> None:
    assert der.octets(bytes(size)) == core.OctetString(bytes(size)).dump()


@pytest.mark.parametrize(
    "dotted", ["1.2.840.113549.1.7.2", "2.5.29.15", "2.16.840.1.101.3.4.2.1", "0.4.0.194121.2.1"]
)
def test_object_identifiers_are_encoded_as_others_do(dotted: str) -> None:
    assert der.oid(dotted) == core.ObjectIdentifier(dotted).dump()

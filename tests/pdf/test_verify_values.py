"""What lies in /Contents: signatures, certificates and timestamps that are not what they seem."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers

from countersign.pdf.verify.report import Report, SignatureReport
from tests.pdf import foreign, samples
from tests.pdf.judging import verify

pytestmark = pytest.mark.slow


class Value:
    """The value of a signature, which its signer changes and signs again: it is not covered."""

    def __init__(self, data: bytes, signer: signers.SimpleSigner) -> None:
        (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
        _, self._begin, self._end, _ = map(int, signature.byte_range)
        self._data = data
        self.covered = data[: self._begin] + data[self._end :]
        self.key = load_der_private_key(signer.signing_key.dump(), None)
        self.message = cms.ContentInfo.load(bytes(signature.pkcs7_content))
        self.content = self.message["content"]
        (self.signer,) = self.content["signer_infos"]

    def attribute(self, kind: str) -> cms.CMSAttribute:
        return next(one for one in self.signer["signed_attrs"] if one["type"].native == kind)

    def keep(self, *kinds: str) -> None:
        kept = [one for one in self.signer["signed_attrs"] if one["type"].native in kinds]
        self.signer["signed_attrs"] = cms.CMSAttributes(kept)

    def sign(self, digest: hashes.HashAlgorithm | None = None) -> None:
        attributes = self.signer["signed_attrs"]
        signed = self.covered if attributes is core.VOID else attributes.untag().dump(force=True)
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            value = self.key.sign(signed, ec.ECDSA(digest or hashes.SHA256()))
        else:
            value = self.key.sign(signed, padding.PKCS1v15(), digest or hashes.SHA256())
        self.signer["signature"] = value

    def file(self) -> bytes:
        self.content["signer_infos"] = cms.SignerInfos([self.signer, *self.others])
        digits = self.message.dump().hex().encode()
        room = self._end - self._begin - 2
        assert len(digits) <= room
        gap = b"<%b>" % digits.ljust(room, b"0")
        return self._data[: self._begin] + gap + self._data[self._end :]

    others: tuple[cms.SignerInfo, ...] = ()


def value_of(authority: foreign.Authority, key: foreign.Key | None = None) -> Value:
    signer = authority.signer() if key is None else signer_with(authority, key)
    return Value(foreign.sign(samples.contract(), signer), signer)


def signer_with(
    authority: foreign.Authority, key: foreign.Key, name: str = "Eve Foreign"
) -> signers.SimpleSigner:
    return authority._simple(key, authority._issue(key, foreign._name(name), 365))


def only(authority: foreign.Authority, data: bytes) -> SignatureReport:
    (found,) = judged(authority, data).signatures
    return found


def judged(authority: foreign.Authority, data: bytes) -> Report:
    return verify(data, [authority.root_der])


def test_a_value_that_is_signed_again_is_accepted(authority: foreign.Authority) -> None:
    """Else the games below would prove nothing."""
    value = value_of(authority)
    value.sign()
    assert only(authority, value.file()).valid


def test_a_signature_without_attributes_is_none_of_pades(authority: foreign.Authority) -> None:
    """Allowed since PDF 1.3, so it is judged; but nothing in it names the certificate."""
    value = value_of(authority)
    kept = ("version", "sid", "digest_algorithm", "signature_algorithm", "signature")
    value.signer = cms.SignerInfo({key: value.signer[key] for key in kept})
    value.sign()
    found = only(authority, value.file())
    assert (found.valid, found.level) == (True, "")


def wrong_digest(value: Value) -> None:
    value.attribute("message_digest")["values"] = [sha256(b"other").digest()]


def no_digest(value: Value) -> None:
    value.keep("content_type", "signing_certificate_v2")


def no_content_type(value: Value) -> None:
    value.keep("message_digest", "signing_certificate_v2")


def other_content_type(value: Value) -> None:
    value.attribute("content_type")["values"] = ["signed_data"]


def two_digests(value: Value) -> None:
    digests = value.attribute("message_digest")["values"]
    digests.append(sha256(b"other").digest())


def content_inside(value: Value) -> None:
    value.content["encap_content_info"]["content"] = b"other"


def two_signers(value: Value) -> None:
    value.others = (value.signer.copy(),)


def no_certificates(value: Value) -> None:
    value.content["certificates"] = cms.CertificateSet([])


GAMES = [
    wrong_digest, no_digest, no_content_type, other_content_type, two_digests, content_inside,
    two_signers, no_certificates,
]  # fmt: skip


@pytest.mark.parametrize("game", GAMES, ids=lambda one: one.__name__)
def test_values_that_say_two_things_are_refused(
    authority: foreign.Authority, game: Callable[[Value], None]
) -> None:
    value = value_of(authority)
    game(value)
    value.sign()
    assert not judged(authority, value.file()).valid


def test_another_certificate_for_the_same_key_is_refused(authority: foreign.Authority) -> None:
    """The signer's name is what the certificate says, so it has to be the one that was signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    value = value_of(authority, key)
    other = asn1_x509.Certificate.load(authority.certified(key, "Somebody Else"))
    value.content["certificates"] = cms.CertificateSet([other])
    value.signer["sid"] = cms.SignerIdentifier(
        "issuer_and_serial_number",
        cms.IssuerAndSerialNumber({"issuer": other.issuer, "serial_number": other.serial_number}),
    )
    value.sign()
    assert not judged(authority, value.file()).valid


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.MD5()], ids=lambda one: one.name)
def test_digests_that_can_be_forged_prove_nothing(
    authority: foreign.Authority, digest: hashes.HashAlgorithm
) -> None:
    value = value_of(authority, rsa.generate_private_key(65537, 2048))
    made = hashes.Hash(digest)
    made.update(value.covered)
    named = algos.DigestAlgorithm({"algorithm": digest.name})
    value.signer["digest_algorithm"] = named
    value.content["digest_algorithms"] = cms.DigestAlgorithms([named])
    value.signer["signature_algorithm"] = algos.SignedDigestAlgorithm(
        {"algorithm": f"{digest.name}_rsa"}
    )
    value.attribute("message_digest")["values"] = [made.finalize()]
    value.sign(digest)
    found = only(authority, value.file())
    assert not found.valid
    assert found.why == f"it was made with {digest.name.upper()}, which can be forged"


def test_short_rsa_keys_prove_nothing(authority: foreign.Authority) -> None:
    data = foreign.sign(
        samples.contract(), signer_with(authority, rsa.generate_private_key(65537, 1024))
    )
    found = only(authority, data)
    assert (found.valid, found.why) == (False, "its RSA key has 1024 bits, which is too short")


KEYS = {
    "P-384": (lambda: ec.generate_private_key(ec.SECP384R1()), "sha384"),
    "brainpool": (lambda: ec.generate_private_key(ec.BrainpoolP256R1()), "sha256"),
    "Ed25519": (ed25519.Ed25519PrivateKey.generate, "sha512"),
}


@pytest.mark.parametrize(("make", "digest"), KEYS.values(), ids=KEYS)
def test_other_kinds_of_keys_are_understood(
    authority: foreign.Authority, make: Callable[[], foreign.Key], digest: str
) -> None:
    data = foreign.sign(samples.contract(), signer_with(authority, make()), digest=digest)
    assert judged(authority, data).verdict == "valid"


def test_rsa_pss_is_understood(authority: foreign.Authority) -> None:
    signer = signer_with(authority, rsa.generate_private_key(65537, 2048))
    signer.prefer_pss = True
    assert judged(authority, foreign.sign(samples.contract(), signer)).verdict == "valid"


def test_a_timestamp_over_something_else_is_refused(authority: foreign.Authority) -> None:
    signer = authority.signer()
    data = foreign.sign(samples.contract(), signer, timestamper=authority.timestamper)
    value = Value(data, signer)
    value.sign()
    found = only(authority, value.file())
    assert (found.valid, found.why) == (False, "its timestamp belongs to something else")


def test_a_stranger_is_not_called_our_timestamp_authority(authority: foreign.Authority) -> None:
    """Our policy is in every token of ours, and so in anybody's."""
    from countersign.pdf import LocalTimestamper, Signer

    stranger = foreign.Authority("Stranger")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = stranger.certified(key, "Countersign timestamp", tsa=True)
    now = datetime.now(UTC) - timedelta(seconds=1)
    stamper = LocalTimestamper(Signer(key, certificate, []), lambda: now)
    signer = authority.signer()
    data = foreign.sign(samples.contract(), signer, timestamper=authority.timestamper)
    value = Value(data, signer)
    token = cms.ContentInfo.load(stamper(sha256(value.signer["signature"].native).digest()))
    value.signer["unsigned_attrs"][0]["values"] = [token]
    found = only(authority, value.file())
    assert found.valid
    assert found.time_source == "timestamp authority Countersign timestamp (not known to us)"

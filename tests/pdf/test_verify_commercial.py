"""Our files with other people's keys: a commercial seal, a remote timestamp authority."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from countersign import pdf
from countersign.pdf.verify.certificates import Trust
from countersign.pdf.verify.cms import check_token
from countersign.pdf.verify.foreign_token import check_foreign_token
from countersign.pdf.verify.refusal import Refused
from tests.pdf import foreign
from tests.pdf.chain import Chain, World, now
from tests.pdf.judged import judge, refusal_of, sealed, signed, trust_of

pytestmark = pytest.mark.slow


class RemoteAuthority:
    """An RFC 3161 authority that pyHanko plays; its tokens are not built like ours."""

    size = 10_000

    def __init__(self, authority: foreign.Authority) -> None:
        self._stamper = authority.timestamper

    def __call__(self, imprint: bytes) -> bytes:
        return foreign.token(self._stamper, imprint)


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


@pytest.fixture(scope="module")
def remote(authority: foreign.Authority) -> RemoteAuthority:
    return RemoteAuthority(authority)


@pytest.fixture(scope="module")
def stamped_remotely(world: World, remote: RemoteAuthority) -> Chain:
    clock = World(world.keys)
    clock.timestamper = lambda: remote  # type: ignore[method-assign,assignment,return-value]
    return sealed(clock)


def trusting(world: World, **more: object) -> Trust:
    return replace(trust_of(world), **more)  # type: ignore[arg-type]


def test_a_remote_authority_that_we_know_is_named(
    world: World, authority: foreign.Authority, stamped_remotely: Chain
) -> None:
    roots = frozenset([authority.root_der])
    trust = trusting(world, foreign_timestamps=True, timestamp_roots=roots)
    report = judge(stamped_remotely, trust=trust).report
    assert {one.time_source for one in report.signatures} == {"timestamp authority Foreign TSA"}
    assert report.signatures[-1].trusted
    assert report.verdict == "valid"
    # The DSS tells nothing of the remote authority's certificate
    assert report.level == "B-T"


def test_a_remote_authority_that_we_do_not_know_is_called_so(
    world: World, stamped_remotely: Chain
) -> None:
    report = judge(stamped_remotely, trust=trusting(world, foreign_timestamps=True)).report
    source = "timestamp authority Foreign TSA (not known to us)"
    assert {one.time_source for one in report.signatures} == {source}
    assert not report.signatures[-1].trusted


def test_a_remote_authority_is_refused_where_none_is_configured(
    world: World, stamped_remotely: Chain
) -> None:
    refusal_of(stamped_remotely, trust=trust_of(world))


def test_a_remote_token_is_accepted_only_as_it_is(
    authority: foreign.Authority, remote: RemoteAuthority
) -> None:
    imprint = sha256(b"document").digest()
    token, roots = remote(imprint), [authority.root_der]
    assert check_foreign_token(token, imprint, roots).trusted
    with pytest.raises(Refused, match="imprint"):
        check_foreign_token(token, imprint[::-1], roots)
    content = token.index(imprint)
    for at in (*range(content - 40, content + 80), len(token) - 5):
        forged = token[:at] + bytes((token[at] ^ 1,)) + token[at + 1 :]
        with pytest.raises(Refused):
            check_foreign_token(forged, imprint, roots)
    for cut in (b"", token[:-1], token + b"\0", token[:200], token + bytes(70_000)):
        with pytest.raises(Refused):
            check_foreign_token(cut, imprint, roots)


def test_any_flip_in_a_remote_token_is_refused_or_changes_nothing(
    remote: RemoteAuthority, world: World
) -> None:
    """What is not signed in a token (certificates beside the authority's own) may differ."""
    imprint = sha256(b"document").digest()
    token = remote(imprint)
    trust = trusting(world, foreign_timestamps=True)
    honest = check_token(token, imprint, trust)
    for at in range(0, len(token), 11):
        forged = token[:at] + bytes((token[at] ^ 0x40,)) + token[at + 1 :]
        try:
            assert check_token(forged, imprint, trust).time == honest.time
        except Refused:
            continue


def test_a_token_by_a_certificate_that_is_not_for_timestamps_is_refused(
    authority: foreign.Authority,
) -> None:
    from pyhanko.sign.timestamps import DummyTimeStamper

    key = rsa.generate_private_key(65537, 2048)
    certificate = authority._issue(key, foreign._name("Not a TSA"), 100)
    signer = authority._simple(key, certificate)
    stamper = DummyTimeStamper(signer.signing_cert, signer.signing_key)
    imprint = sha256(b"document").digest()
    token = foreign.token(stamper, imprint)
    with pytest.raises(Refused, match="not for timestamps"):
        check_foreign_token(token, imprint, [authority.root_der])


class CommercialSeal:
    """A seal certificate below an intermediate authority, as a vendor's PKCS#12 file brings it."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
        root_key, middle_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.root = self._issue("Vendor root", root_key, "Vendor root", root_key, ca=True)
        self.middle = self._issue("Vendor CA", middle_key, "Vendor root", root_key, ca=True)
        self.seal = self._issue("Example AB", key, "Vendor CA", middle_key, ca=False)
        self.middle_key, self.root_key = middle_key, root_key
        self.signer = pdf.Signer(key, self.der(self.seal), [self.der(self.middle)])

    @staticmethod
    def der(certificate: x509.Certificate) -> bytes:
        return certificate.public_bytes(Encoding.DER)

    @staticmethod
    def _issue(
        name: str, key: foreign.Key, issuer: str, issuer_key: foreign.Key, *, ca: bool
    ) -> x509.Certificate:
        begin = datetime.now(UTC) - timedelta(days=1)
        usage = x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=365))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
        )
        return builder.sign(issuer_key, hashes.SHA256())

    def response(self, responder: "CommercialSeal | None" = None) -> bytes:
        """An OCSP response on the seal's certificate."""
        signer = responder or self
        builder = ocsp.OCSPResponseBuilder().add_response(
            self.seal,
            self.middle,
            hashes.SHA256(),
            ocsp.OCSPCertStatus.GOOD,
            datetime.now(UTC),
            datetime.now(UTC) + timedelta(days=1),
            None,
            None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.middle)
        response = builder.sign(signer.middle_key, hashes.SHA256())
        return response.public_bytes(Encoding.DER)

    def trust(self, world: World) -> Trust:
        chain = frozenset([self.der(self.middle), self.der(self.root)])
        trust = trust_of(world)
        seals = frozenset([self.der(self.seal)])
        return replace(trust, seal=seals, others=trust.others | chain)


KEYS: dict[str, Callable[[], ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey]] = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
}


def sealed_by(world: World, seal: CommercialSeal, *responses: bytes) -> Chain:
    chain = signed(world)
    where = (chain.state, chain.chain, chain.digest)
    chain._add(pdf.seal(*where, seal.signer, chain.timestamper, now()))
    material = world.keys.validation(now())
    extra = [seal.der(seal.seal), seal.der(seal.middle), seal.der(seal.root)]
    data = pdf.ValidationData([*material.certificates, *extra], material.crls, responses)
    where = (chain.state, chain.chain, chain.digest)
    return chain._add(pdf.archive(*where, data, chain.timestamper))


@pytest.mark.parametrize("kind", KEYS)
def test_a_commercial_seal_with_its_chain_is_accepted(world: World, kind: str) -> None:
    seal = CommercialSeal(KEYS[kind]())
    chain = sealed_by(world, seal, seal.response())
    found = judge(chain, trust=seal.trust(world)).report.signatures[-2]
    assert (found.who, found.level) == ("Example AB", "B-LTA")
    assert "seal" in refusal_of(chain, trust=trust_of(world))


def test_without_revocation_data_of_its_vendor_the_seal_reaches_b_t_only(world: World) -> None:
    seal = CommercialSeal(KEYS["P-256"]())
    report = judge(sealed_by(world, seal), trust=seal.trust(world)).report
    assert [one.level for one in report.signatures] == ["B-LTA", "B-LTA", "B-LTA", "B-T", ""]
    assert report.level == "B-T"


def test_an_ocsp_response_of_somebody_else_is_refused(world: World) -> None:
    seal, other = CommercialSeal(KEYS["P-256"]()), CommercialSeal(KEYS["P-256"]())
    chain = sealed_by(world, seal, seal.response(other))
    assert "unknown issuer" in refusal_of(chain, trust=seal.trust(world))

"""A seal key from a PKCS#12 file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    pkcs12,
)

from countersign import pdf
from countersign.adapters.keys.local import open_local_keys
from countersign.adapters.keys.material import KeysUnusable, Person
from countersign.adapters.keys.pkcs12 import load_pkcs12
from tests.pdf.chain import ASA, Chain, World
from tests.pdf.referees import assert_all_valid
from tests.pdf.samples import contract

PASSWORD = "correct horse"


def container(path: Path, key: object, certificate: bytes, others: tuple[bytes, ...] = ()) -> Path:
    parsed = x509.load_der_x509_certificate(certificate)
    more = [x509.load_der_x509_certificate(other) for other in others]
    encryption = BestAvailableEncryption(PASSWORD.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", key, parsed, more, encryption))  # type: ignore[arg-type]
    return path


def test_a_file_seals_with_its_key_and_chain(tmp_path: Path) -> None:
    world = World.new(tmp_path)
    made = world.keys.issue(Person("Seal of Example AB"), world.clock())
    root = world.keys.certificate("root")
    path = container(tmp_path / "seal.p12", made.key, made.certificate, (*made.chain, root))
    material = load_pkcs12(path, PASSWORD)
    assert material.certificate == made.certificate
    assert material.chain == made.chain  # without the root
    chain = Chain.start(world, contract(), pdf.Layout((pdf.Slot(),))).certify().act(0, ASA)
    key = pdf.Signer(material.key, material.certificate, material.chain)
    sealed = pdf.seal(chain.state, chain.chain, chain.digest, key, chain.timestamper, world.clock())
    assert_all_valid(chain.data + sealed.segment, world.trust(), ["z_cert", "s0001_sig", "z_seal"])


def test_a_wrong_password_is_told_apart_from_a_signature_that_fails(tmp_path: Path) -> None:
    keys = open_local_keys(tmp_path / "keys", "https://a.test", datetime.now(UTC))
    made = keys.issue(Person("Seal"), datetime.now(UTC))
    path = container(tmp_path / "seal.p12", made.key, made.certificate)
    with pytest.raises(KeysUnusable, match=r"seal\.p12"):
        load_pkcs12(path, "wrong")


@pytest.mark.parametrize("content", [b"", b"not a container"])
def test_a_file_that_is_no_container_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "seal.p12"
    path.write_bytes(content)
    with pytest.raises(KeysUnusable):
        load_pkcs12(path, PASSWORD)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable):
        load_pkcs12(tmp_path / "none.p12", PASSWORD)


@pytest.mark.parametrize(
    "key",
    [ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()],
    ids=["P-384", "Ed25519"],
)
def test_a_kind_of_key_that_cannot_seal_is_refused_at_start(tmp_path: Path, key: object) -> None:
    path = container(tmp_path / "seal.p12", key, _self_signed(key))
    with pytest.raises(KeysUnusable, match="P-256"):
        load_pkcs12(path, PASSWORD)


def test_an_rsa_key_is_accepted(tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    path = container(tmp_path / "seal.p12", key, _self_signed(key))
    assert load_pkcs12(path, PASSWORD).key.private_numbers() == key.private_numbers()


def _self_signed(key) -> bytes:  # type: ignore[no-untyped-def]
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Seal")])
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .sign(key, algorithm)
    )
    return certificate.public_bytes(serialization.Encoding.DER)

"""A key in a token: what it signs, and what is said when it can't."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from countersign import pdf
from countersign.adapters.keys.material import KeyMaterial, KeysUnusable
from countersign.adapters.keys.pkcs11 import TokenPlace, load_pkcs11
from countersign.pdf.already_signed import Look, sign_incrementally
from countersign.pdf.verify.anybody import verify as judge
from tests.pdf.chain import World, now
from tests.pdf.referees import assert_pdfsig_content
from tests.pdf.samples import contract
from tests.support.signing_authority import Key, SigningAuthority, p256, rsa2048
from tests.support.softhsm import PIN, SoftHsm, Token

pytestmark = pytest.mark.slow

NUMBERS = count(1)


@pytest.fixture(scope="module")
def authority() -> SigningAuthority:
    return SigningAuthority("Merchant CA")


@pytest.fixture(scope="module")
def lasting(softhsm: SoftHsm, authority: SigningAuthority) -> Token:
    """Holds a P-256 key "seal" and an RSA key "old seal"."""
    token = softhsm.token("lasting")
    token.put("seal", authority.issue("Example AB", p256()))
    token.put("old seal", authority.issue("Example AB", rsa2048()))
    return token


@pytest.fixture
def fresh(softhsm: SoftHsm) -> Token:
    """An empty one that no test has seen."""
    return softhsm.token(f"token {next(NUMBERS)}")


def verify(material: KeyMaterial, value: bytes, data: bytes) -> None:
    """Raises InvalidSignature."""
    public = material.key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(value, data, padding.PKCS1v15(), hashes.SHA256())
    else:
        public.verify(value, data, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("label", ["seal", "old seal"])
def test_a_token_signs_a_pdf_that_others_find_valid(
    lasting: Token, authority: SigningAuthority, label: str, tmp_path: Path
) -> None:
    material = load_pkcs11(lasting.place(label), PIN)
    assert material.chain == (authority.issuing,)
    key = pdf.Signer(material.key, material.certificate, material.chain)
    world = World.new(tmp_path)
    data = contract()
    data += sign_incrementally(data, None, key, world.timestamper(), "Example AB", Look(""), now())
    report = judge(data, [authority.root, world.keys.certificate("root")], now())
    assert [(one.who, one.valid, one.trusted) for one in report.signatures] == [
        ("Example AB", True, True)
    ]
    path = tmp_path / "signed.pdf"
    path.write_bytes(data)
    assert_pdfsig_content(path, 1)


def test_a_key_signs_again_after_its_token_was_away(softhsm: SoftHsm, lasting: Token) -> None:
    key = load_pkcs11(lasting.place("seal"), PIN)
    softhsm.interrupt()
    verify(key, key.key.sign(b"one"), b"one")  # type: ignore[call-arg]
    softhsm.interrupt()
    verify(key, key.key.sign(b"two"), b"two")  # type: ignore[call-arg]


def test_threads_share_one_login(lasting: Token) -> None:
    keys = [load_pkcs11(lasting.place(label), PIN) for label in ("seal", "old seal")]

    def sign(number: int) -> None:
        data = b"%d" % number
        material = keys[number % 2]
        verify(material, material.key.sign(data), data)  # type: ignore[call-arg]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(sign, range(64)))


def test_a_token_that_is_gone_is_named(
    softhsm: SoftHsm, fresh: Token, authority: SigningAuthority
) -> None:
    key = load_pkcs11(fresh.put("seal", authority.issue("Example AB", p256())), PIN).key
    softhsm.pull_out(fresh)
    with pytest.raises(KeysUnusable, match=f"there is no token {fresh.label}"):
        key.sign(b"data")  # type: ignore[call-arg]


def test_a_wrong_pin_is_shown_to_the_token_only_once(
    fresh: Token, authority: SigningAuthority
) -> None:
    place = fresh.put("seal", authority.issue("Example AB", p256()))
    for _ in range(20):  # a token that counts would be locked by then
        with pytest.raises(KeysUnusable, match="refuses the PIN") as refusal:
            load_pkcs11(place, "no such secret")
        assert "no such secret" not in str(refusal.value)
    assert load_pkcs11(place, PIN)
    with pytest.raises(KeysUnusable, match="refuses the PIN"):  # not on somebody else's login
        load_pkcs11(place, "no such secret")
    assert load_pkcs11(place, PIN)


@pytest.mark.parametrize(
    ("module", "said"),
    [("/nowhere/token.so", "/nowhere/token.so cannot be loaded"), (__file__, "cannot be loaded")],
)
def test_a_module_that_is_none_is_named(module: str, said: str) -> None:
    with pytest.raises(KeysUnusable, match=said):
        load_pkcs11(TokenPlace(module, "token", "seal"), PIN)


def test_what_is_missing_in_a_token_is_named(fresh: Token, authority: SigningAuthority) -> None:
    with pytest.raises(KeysUnusable, match="no private key with the label seal"):
        load_pkcs11(fresh.place("seal"), PIN)
    fresh.put_key("seal", p256())
    with pytest.raises(KeysUnusable, match="0 certificates with the label seal"):
        load_pkcs11(fresh.place("seal"), PIN)
    fresh.put_certificate("seal", authority.issue("Example AB", p256()).certificate)
    with pytest.raises(KeysUnusable, match="does not belong to the certificate of CN=Example AB"):
        load_pkcs11(fresh.place("seal"), PIN)


def test_a_kind_of_key_that_cannot_sign_here_is_refused(
    fresh: Token, authority: SigningAuthority
) -> None:
    key: Key = ec.generate_private_key(ec.SECP384R1())
    place = fresh.put("seal", authority.issue("Example AB", key))
    with pytest.raises(KeysUnusable, match="secp384r1; only P-256 and RSA"):
        load_pkcs11(place, PIN)

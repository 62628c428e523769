"""An act in two halves: prepared, signed by somebody else's key, finished."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from countersign import pdf
from countersign.pdf.verify.anybody import verify
from countersign.pdf.verify.facts import Expected
from tests.pdf.chain import Chain, World, now
from tests.pdf.judged import (
    EXPECTED,
    FIRST,
    SECOND,
    certified,
    fingerprint,
    judge,
    refusal_of,
    trust_of,
)
from tests.pdf.referees import assert_pdfsig_content, assert_qpdf_content
from tests.support.signing_authority import Certified, Key, SigningAuthority, p256, rsa2048

pytestmark = pytest.mark.slow

Sign = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


@pytest.fixture(scope="module")
def authority() -> SigningAuthority:
    return SigningAuthority("Trust provider")


@pytest.fixture(scope="module", params=[p256, rsa2048], ids=["P-256", "RSA"])
def person(request: pytest.FixtureRequest, authority: SigningAuthority) -> Certified:
    return authority.issue("Åsa Öberg", request.param())


@pytest.fixture(scope="module")
def asa(authority: SigningAuthority) -> Certified:
    return authority.issue("Åsa Öberg", p256())


def keeper(key: Key) -> Sign:
    """Signs a hash, and never sees what it is of."""
    hashed = utils.Prehashed(hashes.SHA256())
    if isinstance(key, rsa.RSAPrivateKey):
        return lambda digest: key.sign(digest, padding.PKCS1v15(), hashed)
    return lambda digest: key.sign(digest, ec.ECDSA(hashed))


def prepared(chain: Chain, who: Certified, above: tuple[bytes, ...] = ()) -> pdf.PreparedAct:
    """The first signer's act; it has been stored and read again."""
    signer = pdf.certified(who.certificate, above or who.above[:1])
    where = (chain.state, chain.chain, chain.digest, 0)
    made = pdf.prepare_act(*where, FIRST, signer, chain.timestamper, now())
    return pdf.PreparedAct.from_json(made.to_json())


def finished(chain: Chain, act: pdf.PreparedAct, who: Certified) -> Chain:
    value = keeper(who.key)(act.to_sign)
    return chain._add(pdf.finish_act(act, chain.digest, value, chain.timestamper))


def complete(chain: Chain) -> Chain:
    return chain.act(1, SECOND).seal().archive()


def foreign_first(who: Certified, expected: Expected = EXPECTED) -> Expected:
    """What the database says when the first signer had a key of their own."""
    first = replace(expected.acts[0], foreign=True, certificate=fingerprint(who.certificate))
    return replace(expected, acts=(first, expected.acts[1]))


def test_everybody_finds_an_act_valid_that_was_signed_elsewhere(
    world: World, authority: SigningAuthority, person: Certified, tmp_path: Path
) -> None:
    chain = certified(world)
    done = complete(finished(chain, prepared(chain, person), person))
    roots = [authority.root, world.keys.certificate("root")]
    report = verify(done.data, roots, now())
    assert report.verdict == "valid"
    assert all(one.trusted for one in report.signatures)
    assert [one.who for one in report.signatures if one.kind == "signature"] == [
        "Åsa Öberg",
        SECOND.name,
    ]
    path = tmp_path / "signed.pdf"
    path.write_bytes(done.data)
    assert_pdfsig_content(path, 4)
    assert_qpdf_content(path)
    trust = replace(trust_of(world), signer_roots=frozenset([authority.root]))
    assert judge(done, expected=foreign_first(person), trust=trust).report.verdict == "valid"


def test_the_halves_write_what_the_whole_writes(world: World) -> None:
    """But for the number that tells revisions apart, the signature and its token."""
    chain, at = certified(world), now()
    key = world.person(FIRST)
    where = (chain.state, chain.chain, chain.digest, 0)
    whole = pdf.act(*where, FIRST, key, chain.timestamper, at)
    half = pdf.prepare_act(*where, FIRST, key, chain.timestamper, at)
    value = key.sign(half.attributes)
    made = pdf.finish_act(half, chain.digest, value, chain.timestamper)
    assert (len(made.segment), made.chain) == (len(whole.segment), whole.chain)
    assert made.segment[: half.opens] == whole.segment[: half.opens]
    assert judge(chain._add(made), expected=replace(EXPECTED, acts=EXPECTED.acts[:1], sealed=False))


def test_a_signer_whose_authority_is_unknown_is_called_so(world: World, asa: Certified) -> None:
    chain = certified(world)
    done = complete(finished(chain, prepared(chain, asa), asa))
    report = judge(done, expected=foreign_first(asa)).report
    assert [one.trusted for one in report.signatures] == [True, False, True, True, True]


def test_an_act_of_another_authority_is_refused_unless_it_is_expected(
    world: World, authority: SigningAuthority, asa: Certified
) -> None:
    chain = certified(world)
    done = complete(finished(chain, prepared(chain, asa), asa))
    trust = replace(trust_of(world), signer_roots=frozenset([authority.root]))
    assert refusal_of(done, trust=trust)
    other = authority.issue("Åsa Öberg", p256())
    assert "not the recorded one" in refusal_of(done, expected=foreign_first(other), trust=trust)
    first = replace(EXPECTED.acts[0], foreign=True)
    unnamed = replace(EXPECTED, acts=(first, EXPECTED.acts[1]))
    assert "not recorded" in refusal_of(done, expected=unnamed, trust=trust)


def test_our_own_signers_are_never_taken_for_anothers(world: World) -> None:
    chain = certified(world)
    key = world.person(FIRST)
    where = (chain.state, chain.chain, chain.digest, 0)
    done = complete(chain._add(pdf.act(*where, FIRST, key, chain.timestamper, now())))
    first = replace(EXPECTED.acts[0], foreign=True, certificate=fingerprint(key.certificate))
    expected = replace(EXPECTED, acts=(first, EXPECTED.acts[1]))
    assert "said to be another's" in refusal_of(done, expected=expected)


def test_certificates_that_nobody_asked_for_are_refused(world: World, asa: Certified) -> None:
    stranger = SigningAuthority("Trust provider")  # of the same name
    chain = certified(world)
    act = prepared(chain, asa, (asa.above[0], stranger.issuing))
    done = complete(finished(chain, act, asa))
    assert "not of the signer's chain" in refusal_of(done, expected=foreign_first(asa))


def test_an_authority_of_the_same_name_is_not_believed(world: World, asa: Certified) -> None:
    stranger = SigningAuthority("Trust provider")
    chain = certified(world)
    done = complete(finished(chain, prepared(chain, asa), asa))
    trust = replace(trust_of(world), signer_roots=frozenset([stranger.root]))
    report = judge(done, expected=foreign_first(asa), trust=trust).report
    assert not report.signatures[1].trusted


@pytest.mark.parametrize("usage", ["authority", "timestamps"])
def test_a_certificate_for_something_else_is_refused(
    world: World, authority: SigningAuthority, usage: str
) -> None:
    who = authority.for_something_else("Åsa Öberg", p256(), usage)
    chain = certified(world)
    done = complete(finished(chain, prepared(chain, who), who))
    assert "usage" in refusal_of(done, expected=foreign_first(who))


def test_a_certificate_that_had_expired_is_refused(
    world: World, authority: SigningAuthority
) -> None:
    who = authority.issue("Åsa Öberg", p256(), now() - timedelta(days=9), timedelta(days=8))
    chain = certified(world)
    done = complete(finished(chain, prepared(chain, who), who))
    assert "is not valid at" in refusal_of(done, expected=foreign_first(who))


def test_an_act_is_not_finished_on_a_file_that_has_changed(world: World, asa: Certified) -> None:
    chain = certified(world)
    act = prepared(chain, asa)
    value = keeper(asa.key)(act.to_sign)
    chain.act(1, SECOND)
    with pytest.raises(pdf.StaleAct):
        pdf.finish_act(act, chain.digest, value, chain.timestamper)


def test_a_signature_by_another_key_never_gets_into_a_file(
    world: World, asa: Certified, authority: SigningAuthority
) -> None:
    chain = certified(world)
    act = prepared(chain, asa)
    other = authority.issue("Åsa Öberg", p256())
    good = keeper(asa.key)
    values = [keeper(other.key)(act.to_sign), good(bytes(32)), b"", b"\0" * 64, bytes(7), b"\x30"]
    for value in values:
        with pytest.raises(pdf.BadSignature):
            pdf.finish_act(act, chain.digest, value, chain.timestamper)
    assert pdf.finish_act(act, chain.digest, good(act.to_sign), chain.timestamper)


def test_both_numbers_in_a_row_are_a_signature_too(world: World, asa: Certified) -> None:
    chain = certified(world)
    act = prepared(chain, asa)
    r, s = utils.decode_dss_signature(keeper(asa.key)(act.to_sign))
    row = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    done = complete(chain._add(pdf.finish_act(act, chain.digest, row, chain.timestamper)))
    assert judge(done, expected=foreign_first(asa))


def test_the_hash_is_of_what_is_signed(world: World, asa: Certified) -> None:
    act = prepared(certified(world), asa)
    assert act.to_sign == sha256(act.attributes).digest()
    assert sha256(asa.certificate).digest() in act.attributes


@pytest.mark.parametrize("certificate", [b"", b"no certificate"])
def test_what_is_no_certificate_is_refused(certificate: bytes) -> None:
    with pytest.raises(pdf.PdfError, match="damaged"):
        pdf.certified(certificate)


def test_a_key_that_cannot_sign_here_is_refused(authority: SigningAuthority) -> None:
    key: Key = ec.generate_private_key(ec.SECP384R1())
    made = authority.issue("Åsa Öberg", key)
    assert x509.load_der_x509_certificate(made.certificate)
    with pytest.raises(pdf.PdfError, match="secp384r1"):
        pdf.certified(made.certificate)

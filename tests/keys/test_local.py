"""The local authority: made once, kept private, renewed in time, and believed by others."""

import logging
import os
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store

from countersign.adapters.keys.local import ROLES, LocalKeys, open_local_keys
from countersign.adapters.keys.material import KeyMaterial, KeysUnusable, Person
from tests.support.full_disk import no_room

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
URL = "https://sign.example.test/"
FILES = ("root.pem", "issuing.pem", *(f"{role}-1.pem" for role in ROLES))
ASA = Person("Åsa Öberg", "asa@example.test", "PNOSE-198001011234")


@pytest.fixture
def keys(tmp_path: Path) -> LocalKeys:
    return open_local_keys(tmp_path / "keys", URL, NOW)


def parsed(material: KeyMaterial) -> x509.Certificate:
    return x509.load_der_x509_certificate(material.certificate)


def extension(certificate: x509.Certificate, kind: type) -> object:
    return certificate.extensions.get_extension_for_class(kind).value


def test_keys_are_readable_by_the_servers_user_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    open_local_keys(folder, URL, NOW)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 5


def test_a_second_start_finds_the_same_keys(keys: LocalKeys, tmp_path: Path) -> None:
    again = open_local_keys(tmp_path / "keys", URL, NOW + timedelta(days=1))
    assert again.certificate("root") == keys.certificate("root")
    assert again.platform("seal", NOW).certificate == keys.platform("seal", NOW).certificate


def test_processes_that_start_at_once_agree_on_one_set_of_keys(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC;"
        "from countersign.adapters.keys.local import open_local_keys as o;"
        "k = o(Path(sys.argv[1]), 'https://a.test', datetime.now(UTC));"
        "seal = k.platform('seal', datetime.now(UTC));"
        "print(k.certificate('root').hex(), seal.certificate.hex())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "keys")]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: subprocess.check_output(command, timeout=60), range(4)))
    assert len(set(answers)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_a_folder_that_another_start_takes_away_meanwhile_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / ".keys-gone").symlink_to("nowhere")  # listed, and not there when it is looked at
    assert open_local_keys(tmp_path / "keys", URL, NOW).platform("seal", NOW)


def test_a_first_start_that_was_killed_leaves_nothing_half_made(tmp_path: Path) -> None:
    """The folder gets its name only when every file in it is complete."""
    code = (
        "import sys, os, signal; from pathlib import Path; from datetime import datetime, UTC;"
        "from countersign.adapters.keys import store, local;"
        "write = store._write; count = [0]\n"
        "def dying(path, content):\n"
        "    count[0] += 1\n"
        "    if count[0] == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    write(path, content)\n"
        "store._write = dying\n"
        "local.open_local_keys(Path(sys.argv[1]), 'https://a.test', datetime.now(UTC))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "keys")], timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "keys").exists()
    assert open_local_keys(tmp_path / "keys", URL, NOW).platform("seal", NOW)


def test_what_a_killed_start_left_behind_is_removed_after_an_hour(tmp_path: Path) -> None:
    abandoned = tmp_path / ".keys-abandoned"
    abandoned.mkdir()
    os.utime(abandoned, (time.time() - 7200,) * 2)
    open_local_keys(tmp_path / "keys", URL, NOW)
    assert not abandoned.exists()


def test_damaged_keys_are_reported_and_never_replaced(tmp_path: Path) -> None:
    open_local_keys(tmp_path / "keys", URL, NOW)
    path = tmp_path / "keys" / "root.pem"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(KeysUnusable, match=r"root\.pem"):
        open_local_keys(tmp_path / "keys", URL, NOW)


def test_certification_seal_and_timestamp_have_certificates_of_their_own(keys: LocalKeys) -> None:
    """pdfsig doubts the second signature that is made with one certificate."""
    assert len({keys.platform(role, NOW).certificate for role in ROLES}) == 3


def test_every_certificate_chains_to_the_root(keys: LocalKeys) -> None:
    root = x509.load_der_x509_certificate(keys.certificate("root"))
    issuing = x509.load_der_x509_certificate(keys.certificate("issuing"))
    issuing.verify_directly_issued_by(root)
    for material in (keys.issue(ASA, NOW), *(keys.platform(role, NOW) for role in ROLES)):
        parsed(material).verify_directly_issued_by(issuing)
        assert material.chain == (keys.certificate("issuing"),)
        assert parsed(material).public_key() == material.key.public_key()


def test_a_strict_path_validator_accepts_a_signers_certificate(keys: LocalKeys) -> None:
    root = x509.load_der_x509_certificate(keys.certificate("root"))
    issuing = x509.load_der_x509_certificate(keys.certificate("issuing"))
    policy = PolicyBuilder().store(Store([root])).time(NOW)
    person = parsed(keys.issue(Person("Åsa", "asa@example.test"), NOW))
    verified = policy.build_client_verifier().verify
    with pytest.raises(x509.verification.VerificationError, match=r"EKU|extended|purpose"):
        verified(person, [issuing])  # everything but the purpose: it is no TLS client


def test_a_signers_certificate_lives_an_hour_around_its_act(keys: LocalKeys) -> None:
    certificate = parsed(keys.issue(ASA, NOW))
    assert certificate.not_valid_before_utc == NOW - timedelta(minutes=2)
    assert certificate.not_valid_after_utc == NOW + timedelta(minutes=58)


def test_a_signers_certificate_says_who_and_where_to_ask(keys: LocalKeys) -> None:
    certificate = parsed(keys.issue(ASA, NOW))
    assert certificate.subject.rfc4514_string() == "CN=Åsa Öberg,2.5.4.5=PNOSE-198001011234"
    names = extension(certificate, x509.SubjectAlternativeName)
    assert names.get_values_for_type(x509.RFC822Name) == ["asa@example.test"]  # type: ignore[attr-defined]
    (point,) = extension(certificate, x509.CRLDistributionPoints)  # type: ignore[misc, attr-defined]
    assert point.full_name[0].value == "https://sign.example.test/pki/issuing.crl"


def test_a_signers_certificate_is_short_lived_by_etsi_and_has_no_conflicting_extension(
    keys: LocalKeys,
) -> None:
    """RFC 9608 forbids noRevAvail beside a CRL distribution point."""
    oids = [one.oid.dotted_string for one in parsed(keys.issue(ASA, NOW)).extensions]
    assert "0.4.0.194121.2.1" in oids
    assert "2.5.29.56" not in oids


def test_no_two_certificates_share_a_serial_number_or_a_key(keys: LocalKeys) -> None:
    issued = [parsed(keys.issue(ASA, NOW)) for _ in range(50)]
    assert len({one.serial_number for one in issued}) == 50
    assert len({one.public_key().public_numbers() for one in issued}) == 50  # type: ignore[union-attr]


@pytest.mark.parametrize("role", ROLES)
def test_a_platform_certificate_is_replaced_at_half_of_its_life(
    keys: LocalKeys, role: str, tmp_path: Path
) -> None:
    first = parsed(keys.platform(role, NOW))  # type: ignore[arg-type]
    life = first.not_valid_after_utc - first.not_valid_before_utc
    late = first.not_valid_before_utc + life / 2 + timedelta(days=1)
    second = parsed(keys.platform(role, late))  # type: ignore[arg-type]
    assert second.serial_number != first.serial_number
    assert second.not_valid_after_utc - late > life / 2
    other_process = open_local_keys(tmp_path / "keys", URL, late)
    assert parsed(other_process.platform(role, late)) == second  # type: ignore[arg-type]


def test_old_platform_certificates_stay_known(keys: LocalKeys) -> None:
    """Files sealed before the renewal carry them."""
    old = keys.platform("seal", NOW).certificate
    new = keys.platform("seal", NOW + timedelta(days=800)).certificate
    assert keys.certificates("seal") == (old, new)


def test_a_clock_that_goes_back_finds_the_older_key_again(keys: LocalKeys) -> None:
    old = keys.platform("seal", NOW)
    keys.platform("seal", NOW + timedelta(days=800))
    assert keys.platform("seal", NOW).certificate == old.certificate


def test_a_renewal_by_another_process_is_noticed(keys: LocalKeys, tmp_path: Path) -> None:
    late = NOW + timedelta(days=800)
    renewed = open_local_keys(tmp_path / "keys", URL, late).platform("seal", late)
    assert keys.platform("seal", late).certificate == renewed.certificate


def test_a_certificate_that_cannot_be_renewed_is_used_up(
    keys: LocalKeys, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As on a secret volume. Servers go on, and say so once, for the half of its life that is
    left."""
    caplog.set_level(logging.WARNING)
    old = keys.platform("seal", NOW).certificate
    late = NOW + timedelta(days=800)
    with no_room():
        found = [keys.platform("seal", late).certificate for _ in range(3)]
        too_late = NOW + timedelta(days=3 * 365)
        with pytest.raises(KeysUnusable, match="can't be renewed"):
            keys.platform("seal", too_late)
    assert found == [old] * 3
    assert [one.message.count("can't be renewed") for one in caplog.records] == [1]
    assert sorted(one.name for one in (tmp_path / "keys").iterdir()) == sorted(FILES)
    assert keys.platform("seal", late).certificate != old


@pytest.mark.parametrize("name", ["root", "issuing"])
def test_a_crl_is_fresh_within_a_minute_and_good_for_a_week(keys: LocalKeys, name: str) -> None:
    first = x509.load_der_x509_crl(keys.crl(name, NOW))  # type: ignore[arg-type]
    assert first.last_update_utc == NOW
    assert first.next_update_utc == NOW + timedelta(days=7)
    assert len(first) == 0
    issuer = x509.load_der_x509_certificate(keys.certificate(name))  # type: ignore[arg-type]
    assert first.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    within = keys.crl(name, NOW + timedelta(seconds=59))  # type: ignore[arg-type]
    after = keys.crl(name, NOW + timedelta(seconds=60))  # type: ignore[arg-type]
    assert within == first.public_bytes(Encoding.DER)
    assert x509.load_der_x509_crl(after).last_update_utc == NOW + timedelta(seconds=60)


def test_crl_numbers_grow(keys: LocalKeys) -> None:
    def number(at: datetime) -> int:
        crl = x509.load_der_x509_crl(keys.crl("issuing", at))
        return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number

    assert number(NOW) < number(NOW + timedelta(minutes=2))


def test_validation_material_is_the_same_object_within_a_crl_period(keys: LocalKeys) -> None:
    material = keys.validation(NOW)
    assert keys.validation(NOW + timedelta(seconds=30)) is material
    assert material.certificates == (keys.certificate("root"), keys.certificate("issuing"))
    assert len(material.crls) == 2

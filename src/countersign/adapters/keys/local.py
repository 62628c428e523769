"""The local certificate authority: made at first start, names every signer for an hour.

root -> issuing -> certification, seal, timestamp and all signers. Good for a company that publishes
its root; a commercial seal and timestamps come from `pkcs12` and `rfc3161`.
"""

import logging
import re
import secrets
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from countersign.adapters.keys import certificate, names, store
from countersign.adapters.keys.crl import Crls
from countersign.adapters.keys.material import (
    KeyMaterial,
    KeysUnusable,
    Person,
    ValidationMaterial,
)
from countersign.adapters.keys.store import StoredKey

log = logging.getLogger(__name__)

Role = Literal["certification", "seal", "timestamp"]
AuthorityName = Literal["root", "issuing"]
ROLES: tuple[Role, ...] = ("certification", "seal", "timestamp")
AUTHORITIES: tuple[AuthorityName, ...] = ("root", "issuing")

_SLACK = timedelta(days=1)  # clocks of other machines may be behind
_SIGNER_SLACK = timedelta(minutes=2)
_SIGNER_LIFE = timedelta(hours=1)
_AUTHORITY_LIFE = {"root": timedelta(days=30 * 365), "issuing": timedelta(days=20 * 365)}
# An open envelope's certification must not expire before it is sealed, so a certificate is replaced
# at half of its life: what remains is longer than any envelope may stay open
_LIFE: dict[Role, timedelta] = {
    "certification": timedelta(days=3 * 365),
    "seal": timedelta(days=3 * 365),
    "timestamp": timedelta(days=8 * 365),
}
_NUMBERED = re.compile(r"-(\d+)\.pem")


class LocalKeys:
    """Keys of one installation. Safe to use from several threads and processes. `overdue` tells
    of certificates that should have been replaced and could not be."""

    def __init__(self, folder: Path, public_url: str) -> None:
        """`folder` as `open_local_keys` left it. Raises KeysUnusable when a file is damaged."""
        self._folder = folder
        self._crl_url = f"{public_url.rstrip('/')}/pki/issuing.crl"
        self._authorities = {name: store.load(folder / f"{name}.pem") for name in AUTHORITIES}
        issuing = self._authorities["issuing"]
        self._issuer = certificate.Issuer.of(issuing.key, issuing.subject)
        self._chain = (issuing.certificate,)
        self._signer_extensions = (
            certificate.DOCUMENT_SIGNING
            + certificate.crl_distribution_point(self._crl_url)
            + certificate.SHORT_TERM
        )
        self._loaded: dict[str, StoredKey] = {}
        self.overdue: dict[Role, str] = {}
        self._lock = threading.Lock()
        self._crls = Crls({name: self._authorities[name] for name in AUTHORITIES})

    def platform(self, role: Role, at: datetime) -> KeyMaterial:
        """The platform's key for a role, replaced well before its certificate ends."""
        with self._lock:
            generations = self._generations(role)
            # A sandbox's clock can go back: then an older generation is the right one again
            usable = (
                stored
                for stored in map(self._load, reversed(generations))
                if _lasts(stored, role, at)
            )
            stored = next(usable, None) or self._renewed(role, generations, at)
        return KeyMaterial(stored.key, stored.certificate, self._chain)

    def issue(self, person: Person, at: datetime) -> KeyMaterial:
        """A new key and a certificate of one hour that names the signer; for one act, never
        stored."""
        key = ec.generate_private_key(ec.SECP256R1())
        extensions = self._signer_extensions + names.email_name(person.email)
        issued = certificate.issue(
            self._issuer,
            names.person_name(person),
            key,
            (at - _SIGNER_SLACK, at - _SIGNER_SLACK + _SIGNER_LIFE),
            extensions,
        )
        return KeyMaterial(key, issued, self._chain)

    def certificates(self, role: Role) -> tuple[bytes, ...]:
        """All certificates the platform ever had for a role, oldest first: older files carry older
        ones."""
        with self._lock:
            return tuple(self._load(name).certificate for name in self._generations(role))

    def certificate(self, name: AuthorityName) -> bytes:
        """DER of a CA certificate, for /pki/{name}.cer."""
        return self._authorities[name].certificate

    def crl(self, name: AuthorityName, at: datetime) -> bytes:
        """DER of the CRL, for /pki/{name}.crl: fresh within a minute, good for seven days."""
        return self._crls.get(name, at)

    def validation(self, at: datetime) -> ValidationMaterial:
        """What an archived file needs to be validated offline; the same object within a CRL
        period."""
        return self._crls.validation(at)

    def _generations(self, role: Role) -> list[str]:
        numbered = {
            int(found[1]): path.name
            for path in self._folder.glob(f"{role}-*.pem")
            if (found := _NUMBERED.search(path.name))
        }
        if not numbered:
            raise KeysUnusable(f"there is no {role} key in the key folder")
        return [name for _, name in sorted(numbered.items())]

    def _load(self, name: str) -> StoredKey:
        if name not in self._loaded:
            self._loaded[name] = store.load(self._folder / name)
        return self._loaded[name]

    def _renewed(self, role: Role, generations: list[str], at: datetime) -> StoredKey:
        """Where the keys can't be written, such as on a secret volume, what is left of the old
        certificate is used up. Raises KeysUnusable when nothing is."""
        try:
            return self._renew(role, generations[-1], at)
        except OSError as problem:
            stored = self._load(generations[-1])
            if not stored.begins <= at <= stored.ends:
                raise KeysUnusable(_not_renewed(role, stored, problem)) from problem
            if role not in self.overdue:
                self.overdue[role] = _not_renewed(role, stored, problem)
                log.warning(self.overdue[role])
            return stored

    def _renew(self, role: Role, newest: str, at: datetime) -> StoredKey:
        found = _NUMBERED.search(newest)
        name = f"{role}-{int(found[1]) + 1 if found else 1}.pem"
        made = _platform_key(role, self._authorities["issuing"], self._crl_url, at)
        store.add(self._folder / name, made)
        return self._load(name)


def _not_renewed(role: Role, stored: StoredKey, problem: OSError) -> str:
    return (
        f"the {role} certificate, good until {stored.ends:%Y-%m-%d}, can't be renewed in the key"
        f" folder ({problem.strerror}); run `countersign doctor` where it can be written"
    )


def _lasts(stored: StoredKey, role: Role, at: datetime) -> bool:
    return stored.begins <= at <= stored.ends - _LIFE[role] / 2


def open_local_keys(folder: Path, public_url: str, at: datetime) -> LocalKeys:
    """Open the key folder; make it at first start. `public_url` is where /pki/… can be fetched."""
    store.create_folder(folder, lambda: _first_keys(public_url.rstrip("/"), at))
    return LocalKeys(folder, public_url)


def root_of(folder: Path) -> list[bytes]:
    """DER of the root certificate of the installation whose keys are in `folder`; none where there
    is no installation."""
    if not folder.is_dir():
        return []
    return [store.load(folder / "root.pem").certificate]


def crl_address_of(folder: Path) -> str:
    """Where the issuing certificate in `folder` says that its revocation list is."""
    issuing = x509.load_der_x509_certificate(store.load(folder / "issuing.pem").certificate)
    points = issuing.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    names = points[0].full_name or []
    return str(names[0].value) if names else ""


def _first_keys(public_url: str, at: datetime) -> dict[str, StoredKey]:
    # Two installations must not have authorities of the same name: validators tell them apart by it
    label = f"Countersign {secrets.token_hex(3)}"
    root = _authority(label, "root", None, b"", at)
    crl = certificate.crl_distribution_point(f"{public_url}/pki/root.crl")
    issuing = _authority(label, "issuing", root, crl, at)
    files = {"root.pem": root, "issuing.pem": issuing}
    for role in ROLES:
        files[f"{role}-1.pem"] = _platform_key(role, issuing, f"{public_url}/pki/issuing.crl", at)
    return files


def _authority(
    label: str, name: AuthorityName, above: StoredKey | None, extensions: bytes, at: datetime
) -> StoredKey:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = names.authority_name(f"{label} {name}", "Countersign")
    issuer = (
        certificate.Issuer.of(above.key, above.subject)
        if above
        else certificate.Issuer.of(key, subject)
    )
    extensions += certificate.authority(path_length=0 if above else 1)
    begins = at - _SLACK
    validity = (begins, begins + _AUTHORITY_LIFE[name])
    return StoredKey(key, certificate.issue(issuer, subject, key, validity, extensions))


def _platform_key(role: Role, issuing: StoredKey, crl_url: str, at: datetime) -> StoredKey:
    key = ec.generate_private_key(ec.SECP256R1())
    usage = certificate.TIME_STAMPING if role == "timestamp" else certificate.DOCUMENT_SIGNING
    validity = (at - _SLACK, at - _SLACK + _LIFE[role])
    made = certificate.issue(
        certificate.Issuer.of(issuing.key, issuing.subject),
        names.authority_name(f"Countersign {role}", "Countersign"),
        key,
        validity,
        usage + certificate.crl_distribution_point(crl_url),
    )
    return StoredKey(key, made)

"""An authority that certifies keys for signing documents: root, issuing authority, revocation
lists, a responder. Nobody but a test trusts it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

Responder = Callable[[bytes], bytes]  # from request to response, DER
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
YEAR = timedelta(days=365)
DAY = timedelta(days=1)


def p256() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def rsa2048() -> Key:
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Certified:
    """A key with its certificate and those above it, DER."""

    key: Key
    certificate: bytes
    above: tuple[bytes, ...]

    @property
    def parsed(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.certificate)

    def pkcs12(self, password: str) -> bytes:
        others = [x509.load_der_x509_certificate(one) for one in self.above]
        closed = BestAvailableEncryption(password.encode())
        return pkcs12.serialize_key_and_certificates(
            b"own",
            self.key,
            self.parsed,
            others,
            closed,
        )


class SigningAuthority:
    """`root` and `issuing` are DER. Where a `url` is given, certificates say that the revocation
    lists are there; those of persons name a responder too, at /ocsp, while `has_responder`.
    `revoked` are the serial numbers of those that were, and since when."""

    def __init__(self, name: str, url: str = "") -> None:
        self._url = url
        self.has_responder = False
        self.revoked: dict[int, datetime] = {}
        self._root_key, self._issuing_key = p256(), p256()
        self._root_name, self._issuing_name = _name(f"{name} root"), _name(f"{name} issuing")
        root = _authority(self._root_name, self._root_name, self._root_key, self._root_key, "")
        issuing = _authority(
            self._issuing_name,
            self._root_name,
            self._issuing_key,
            self._root_key,
            f"{url}/root.crl" if url else "",
        )
        self.root, self.issuing = root, issuing

    def issue(
        self,
        name: str,
        key: Key,
        begins: datetime | None = None,
        lasts: timedelta = YEAR,
        number: str = "",
    ) -> Certified:
        """For signing documents; from yesterday when nothing else is said. `number` is the
        person's, as ETSI EN 319 412-1 writes it."""
        purposes = [x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]
        usage = x509.KeyUsage(True, True, *[False] * 7)
        begins = begins or datetime.now(UTC) - DAY
        return self._issue(_name(name, number), key, usage, purposes, begins, lasts)

    def for_something_else(self, name: str, key: Key, use: str) -> Certified:
        """`use` is "authority" or "timestamps"."""
        is_authority = use == "authority"
        usage = usage_of(sign=True, authority=is_authority)
        purposes = [ExtendedKeyUsageOID.TIME_STAMPING]
        return self._issue(_name(name), key, usage, purposes, datetime.now(UTC) - DAY, YEAR)

    def _issue(
        self,
        name: x509.Name,
        key: Key,
        usage: x509.KeyUsage,
        purposes: list[x509.ObjectIdentifier],
        begins: datetime,
        lasts: timedelta,
        *,
        is_silent: bool = False,
    ) -> Certified:
        builder = _builder(name, self._issuing_name, key, begins, lasts)
        builder = builder.add_extension(usage, critical=True)
        builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(
            self._issuing_key.public_key()
        )
        builder = builder.add_extension(identifier, critical=False)
        if is_silent:  # nobody need ask about it (RFC 6960, 4.2.2.2.1)
            builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
        else:
            builder = _pointing_to(builder, self._url and f"{self._url}/issuing.crl")
            builder = _asking_at(builder, f"{self._url}/ocsp") if self.has_responder else builder
        made = builder.sign(self._issuing_key, SHA256())
        return Certified(key, made.public_bytes(Encoding.DER), (self.issuing, self.root))

    def revoke(self, certified: Certified) -> None:
        """A minute ago."""
        since = datetime.now(UTC) - timedelta(minutes=1)
        self.revoked[certified.parsed.serial_number] = since

    def published(self) -> dict[str, bytes]:
        """Both revocation lists by their path."""
        return {
            "/root.crl": _crl(self._root_name, self._root_key, {}),
            "/issuing.crl": _crl(self._issuing_name, self._issuing_key, self.revoked),
        }

    def responder(self, known: Iterable[Certified], *, named: bool = True) -> Responder:
        """Whoever answers about these certificates, as `delegate` is named."""
        own = self.delegate(named=named)
        by_serial = {one.parsed.serial_number: one for one in known}

        def answer(asked: bytes) -> bytes:
            serial = ocsp.load_der_ocsp_request(asked).serial_number
            return self.response(by_serial[serial], own)

        return answer

    def delegate(self, *, named: bool = True) -> Certified:
        """Who answers in the issuing authority's place; it did not name them for that unless
        `named`."""
        other = ExtendedKeyUsageOID.EMAIL_PROTECTION
        purposes = [ExtendedKeyUsageOID.OCSP_SIGNING if named else other]
        usage, begins = usage_of(sign=True, authority=False), datetime.now(UTC) - DAY
        return self._issue(
            _name("Responder"), p256(), usage, purposes, begins, YEAR, is_silent=True
        )

    def response(self, certified: Certified, by: Certified, at: datetime | None = None) -> bytes:
        """What is said of a certificate, `at` now by default; good for twelve hours."""
        about, now = certified.parsed, at or datetime.now(UTC)
        since = self.revoked.get(about.serial_number)
        status = ocsp.OCSPCertStatus.REVOKED if since else ocsp.OCSPCertStatus.GOOD
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=about,
            issuer=x509.load_der_x509_certificate(self.issuing),
            algorithm=SHA1(),
            cert_status=status,
            this_update=now,
            next_update=now + timedelta(hours=12),
            revocation_time=since,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.parsed)
        builder = builder.certificates([by.parsed])
        return builder.sign(by.key, SHA256()).public_bytes(Encoding.DER)


def _pointing_to(builder: x509.CertificateBuilder, url: str) -> x509.CertificateBuilder:
    if not url:
        return builder
    where = [x509.UniformResourceIdentifier(url)]
    points = x509.CRLDistributionPoints([x509.DistributionPoint(where, None, None, None)])
    return builder.add_extension(points, critical=False)


def _asking_at(builder: x509.CertificateBuilder, url: str) -> x509.CertificateBuilder:
    where = x509.UniformResourceIdentifier(url)
    access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, where)
    return builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)


def usage_of(*, sign: bool, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _authority(subject: x509.Name, issuer: x509.Name, key: Key, by: Key, url: str) -> bytes:
    builder = _builder(subject, issuer, key, datetime.now(UTC) - YEAR, 10 * YEAR)
    usage = usage_of(sign=False, authority=True)
    builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    builder = builder.add_extension(usage, critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    builder = _pointing_to(builder, url)
    return builder.sign(by, SHA256()).public_bytes(Encoding.DER)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, begins: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lasts)
    )


def _crl(issuer: x509.Name, key: Key, revoked: dict[int, datetime]) -> bytes:
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer)
    builder = builder.last_update(now - DAY).next_update(now + 7 * DAY)
    for serial, since in revoked.items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
        builder = builder.add_revoked_certificate(entry.build())
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    builder = builder.add_extension(x509.CRLNumber(1), critical=False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def _name(common: str, number: str = "") -> x509.Name:
    numbers = [x509.NameAttribute(NameOID.SERIAL_NUMBER, number)] if number else []
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common), *numbers])

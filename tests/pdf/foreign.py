"""Signed PDFs by other people's software: pyHanko with a certificate authority of its own."""

import asyncio
import functools
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.pdf import samples

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass
class Authority:
    """A root that issues certificates directly; `start` is when its certificates begin."""

    name: str = "Foreign root"
    start: datetime = field(
        default_factory=lambda: datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    )

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._issue(self.key, _name(self.name), 3650, ca=True)

    @property
    def root_der(self) -> bytes:
        return self.root.public_bytes(Encoding.DER)

    def _issue(
        self, key: Key, subject: x509.Name, days: float, *, ca: bool = False, tsa: bool = False
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(_name(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.start)
            .not_valid_after(self.start + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False
            )
        )
        sign, certify = not ca, ca
        usage = x509.KeyUsage(
            sign, sign and not tsa, False, False, False, certify, ca, False, False
        )
        builder = builder.add_extension(usage, critical=True)
        if tsa:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(purpose, critical=True)
        elif not ca:
            address = x509.SubjectAlternativeName([x509.RFC822Name("eve@example.test")])
            builder = builder.add_extension(address, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def certified(self, key: Key, name: str, **purpose: bool) -> bytes:
        """A certificate (DER) for a key of somebody's; `ca` and `tsa` say for what."""
        return self._issue(key, _name(name), 365, **purpose).public_bytes(Encoding.DER)

    def signer(self, name: str = "Eve Foreign", days: float = 365) -> signers.SimpleSigner:
        key = ec.generate_private_key(ec.SECP256R1())
        return self._simple(key, self._issue(key, _name(name), days))

    def _simple(self, key: Key, certificate: x509.Certificate) -> signers.SimpleSigner:
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return signers.SimpleSigner(
            asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
            asn1_keys.PrivateKeyInfo.load(private),
            self._store(),
        )

    def _store(self) -> SimpleCertificateStore:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register(asn1_x509.Certificate.load(self.root_der))
        return store

    @functools.cached_property
    def timestamper(self) -> timestamps.DummyTimeStamper:
        key = rsa.generate_private_key(65537, 2048)
        signer = self._simple(key, self._issue(key, _name("Foreign TSA"), 3000, tsa=True))
        return timestamps.DummyTimeStamper(signer.signing_cert, signer.signing_key)

    def crl(self, *revoked: int) -> bytes:
        """A CRL that revokes the serial numbers `revoked`, as of the begin of its certificates."""
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.subject)
            .last_update(now - timedelta(minutes=1))
            .next_update(now + timedelta(days=7))
        )
        for serial in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial)
            builder = builder.add_revoked_certificate(entry.revocation_date(self.start).build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)


def token(stamper: timestamps.TimeStamper, imprint: bytes) -> bytes:
    return bytes(asyncio.run(stamper.async_timestamp(imprint, "sha256")).dump())


def sign(
    data: bytes,
    signer: signers.SimpleSigner,
    *,
    field_name: str = "Signature1",
    timestamper: timestamps.TimeStamper | None = None,
    certify: MDPPerm | None = None,
    subfilter: SigSeedSubFilter = SigSeedSubFilter.PADES,
    password: str | None = None,
    new_field: SigFieldSpec | None = None,
    strict: bool = True,
    digest: str = "sha256",
) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name=field_name,
        md_algorithm=digest,
        subfilter=subfilter,
        certify=certify is not None,
        docmdp_permissions=certify or MDPPerm.FILL_FORMS,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=strict)
    if password is not None:
        writer.encrypt(password)  # type: ignore[no-untyped-call]
    pdf_signer = signers.PdfSigner(
        metadata, signer, timestamper=timestamper, new_field_spec=new_field
    )
    return bytes(pdf_signer.sign_pdf(writer).getvalue())


def sign_visibly(data: bytes, signer: signers.SimpleSigner) -> bytes:
    place = SigFieldSpec("Visible", on_page=0, box=(100, 100, 300, 150))
    return sign(data, signer, field_name="Visible", new_field=place)


def with_validation_data(data: bytes, authority: Authority, *revoked: int) -> bytes:
    """B-LT: certificates and a CRL in the DSS."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[asn1_x509.Certificate.load(authority.root_der)],
        crls=[asn1_crl.CertificateList.load(authority.crl(*revoked))],
    )
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def with_document_timestamp(data: bytes, authority: Authority) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    stamper = signers.PdfTimeStamper(authority.timestamper, "stamp")
    return bytes(stamper.timestamp_pdf(writer, "sha256").getvalue())


def signed_contract(
    authority: Authority, names: Iterable[str] = ("Eve Foreign",), *, stamped: bool = True
) -> bytes:
    data = samples.contract()
    for number, name in enumerate(names, start=1):
        data = sign(
            data,
            authority.signer(name),
            field_name=f"Signature{number}",
            timestamper=authority.timestamper if stamped else None,
        )
    return data

"""What a validation may use: roots to believe, and what the file brings along in its DSS."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, RevokedError, ValidationError

Revocation = Literal["soft-fail", "require"]
Standing = Literal["good", "revoked", "unknown"]


@dataclass(frozen=True)
class Brought:
    """Certificates, CRLs and OCSP responses in the file's DSS as of one revision."""

    certificates: tuple[asn1_x509.Certificate, ...] = ()
    crls: tuple[asn1_crl.CertificateList, ...] = ()
    ocsps: tuple[asn1_ocsp.OCSPResponse, ...] = ()

    @classmethod
    def read(cls, revision: PdfHandler) -> "Brought":
        try:
            store = DocumentSecurityStore.read_dss(revision)
        except NoDSSFoundError:
            return cls()
        responses = (asn1_ocsp.OCSPResponse.load(o.get_object().data) for o in store.ocsps)
        lists = (asn1_crl.CertificateList.load(c.get_object().data) for c in store.crls)
        return cls(tuple(store.load_certs()), tuple(lists), tuple(responses))


class Knowledge:
    """The roots that we were told to believe; DER."""

    def __init__(self, roots: Iterable[bytes]) -> None:
        self._roots = [asn1_x509.Certificate.load(root) for root in roots]

    def context(self, moment: datetime, brought: Brought) -> ValidationContext:
        """For judging trust at `moment`; a missing revocation list does not hinder."""
        return self._context(moment, brought, self._roots, "soft-fail")

    async def standing(
        self, certificate: asn1_x509.Certificate, moment: datetime, brought: Brought
    ) -> Standing:
        """What the DSS alone proves of `certificate` at `moment`.

        That is a property of the file, so any root does: one of ours or one that the file brings.
        """
        own = [c for c in brought.certificates if c.self_signed != "no"]
        context = self._context(moment, brought, [*self._roots, *own], "require")
        validator = CertificateValidator(certificate, validation_context=context)
        try:
            await validator.async_validate_usage(set())  # type: ignore[no-untyped-call]
        except RevokedError:
            return "revoked"
        except (PathError, ValidationError, ValueError):
            return "unknown"
        return "good"

    @staticmethod
    def _context(
        moment: datetime,
        brought: Brought,
        roots: list[asn1_x509.Certificate],
        revocation: Revocation,
    ) -> ValidationContext:
        return ValidationContext(
            trust_roots=roots,
            other_certs=brought.certificates,
            crls=brought.crls,
            ocsps=brought.ocsps,
            moment=moment,
            allow_fetching=False,
            revocation_mode=revocation,
            # A CRL made after the signature says more about it, not less
            retroactive_revinfo=True,
        )

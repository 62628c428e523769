"""One signature of anybody's PDF: intact or not, by whom, when, how much of it can be proven."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESSubIndic
from pyhanko.sign.diff_analysis import SuspiciousModification
from pyhanko.sign.general import find_unique_cms_attribute
from pyhanko.sign.validation import (
    DocumentTimestampStatus,
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import TimestampSignatureStatus

from countersign.pdf.verify.changes import Policy
from countersign.pdf.verify.gap import need_plain_gap
from countersign.pdf.verify.report import (
    CLAIMED,
    WHOLE_FILE,
    Level,
    SignatureKind,
    SignatureReport,
)
from countersign.pdf.verify.stamp import LOCAL_AUTHORITY, Stamp
from countersign.pdf.verify.trust_context import Brought, Knowledge
from countersign.pdf.verify.weakness import weakness_of

_PADES = "/ETSI.CAdES.detached"
_LOCAL_POLICY = "1.3.6.1.4.1.32473.1.1"
_SIGNING = KeyUsageConstraints(
    key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
)
_REVOKED_WORDS = "the certificate was revoked"
_REVOKED = (AdESFailure.REVOKED, AdESIndeterminate.REVOKED_NO_POE)
_EXPIRED = (
    AdESIndeterminate.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED,
)


@dataclass(frozen=True)
class _Proof:
    """A document timestamp that holds: the moment, and the DSS that it covers."""

    time: datetime
    brought: Brought


class Judge:
    """Reports on signatures, which must be given from the last to the first.

    A trusted timestamp proves that all before it existed then, so that certificates which have
    expired since are judged at that moment (ETSI EN 319 102-1, 5.6).
    """

    def __init__(self, reader: PdfFileReader, knowledge: Knowledge, now: datetime) -> None:
        self._reader = reader
        self._knowledge = knowledge
        self._known_at = now
        self._revisions = reader.xrefs.total_revisions
        self._proofs: list[_Proof] = []
        self._policy = Policy()
        self._brought = cache(self._read_brought)

    async def report(self, signature: EmbeddedPdfSignature) -> SignatureReport:
        """Never raises: a signature that cannot be judged is not valid, and the report says why."""
        try:
            need_plain_gap(signature)
            if signature.sig_object_type == "/DocTimeStamp":
                return await self._document_timestamp(signature)
            return await self._signature(signature)
        except Exception as error:  # hostile input: pyHanko raises anything from ValueError upwards
            return self._unreadable(signature, str(error) or type(error).__name__)

    async def _document_timestamp(self, signature: EmbeddedPdfSignature) -> SignatureReport:
        brought = self._brought(signature.signed_revision)
        context = self._knowledge.context(self._known_at, self._newest)
        status = await async_validate_pdf_timestamp(signature, context, diff_policy=self._policy)
        why = _fault(status) or weakness_of(signature)
        stamp = _stamp(status, signature.signed_data)
        if why is None:
            self._proofs.insert(0, _Proof(stamp.time, brought))
        if why is None and status.trusted:
            self._known_at = min(self._known_at, stamp.time)
        return SignatureReport(
            field=str(signature.field_name),
            kind="document timestamp",
            who=_name(status.signing_cert),
            email="",
            when=stamp.time,
            time_source=stamp.source,
            covers=self._covers(signature, status.coverage),
            level="",
            valid=why is None,
            trusted=status.trusted,
            why=why or _distrust(status),
        )

    async def _signature(self, signature: EmbeddedPdfSignature) -> SignatureReport:
        status, stamp = await self._status(signature)
        certificate = status.signing_cert
        why = _fault(status) or weakness_of(signature)
        moment = stamp.time if stamp and stamp.trusted else self._known_at
        # pyHanko looks for revocation only where a certificate says where to look
        if await self._knowledge.standing(certificate, moment, self._newest) == "revoked":
            why = why or _REVOKED_WORDS
        claimed = status.signer_reported_dt
        return SignatureReport(
            field=str(signature.field_name),
            kind=_kind(signature),
            who=_name(certificate),
            email=_email(certificate),
            when=stamp.time if stamp else claimed and claimed.astimezone(UTC),
            time_source=stamp.source if stamp else CLAIMED,
            covers=self._covers(signature, status.coverage),
            level="" if why else await self._level(signature, status, stamp),
            valid=why is None,
            trusted=status.trusted,
            why=why or _distrust(status),
            reason=str(signature.sig_object.get("/Reason", "")),
        )

    async def _status(
        self, signature: EmbeddedPdfSignature
    ) -> tuple[PdfSignatureStatus, Stamp | None]:
        """Judge at the proven moment: first the timestamp as of now, then the signer as of then."""
        tokens = self._knowledge.context(self._known_at, self._newest)
        status = await self._at(signature, self._known_at)
        validity = status.timestamp_validity
        if not isinstance(validity, TimestampSignatureStatus) or not validity.valid:
            return status, None
        stamp = _stamp(validity, _token_of(signature))
        if validity.trusted:
            context = self._knowledge.context(stamp.time, self._newest)
            status = await async_validate_pdf_signature(
                signature,
                context,
                tokens,
                diff_policy=self._policy,
                key_usage_settings=_SIGNING,
            )
        return status, stamp

    async def _at(self, signature: EmbeddedPdfSignature, moment: datetime) -> PdfSignatureStatus:
        context = self._knowledge.context(moment, self._newest)
        return await async_validate_pdf_signature(
            signature, context, diff_policy=self._policy, key_usage_settings=_SIGNING
        )

    async def _level(
        self, signature: EmbeddedPdfSignature, status: PdfSignatureStatus, stamp: Stamp | None
    ) -> Level:
        if not _is_pades(signature):
            return ""
        moments = [stamp.time] if stamp else [proof.time for proof in self._proofs[:1]]
        if not moments:
            return "B-B"
        certificates = [status.signing_cert]
        if status.timestamp_validity is not None:
            certificates.append(status.timestamp_validity.signing_cert)
        for proof in self._proofs:
            if await self._all_long_term(certificates, moments[0], proof.brought):
                return "B-LTA"
        return (
            "B-LT" if await self._all_long_term(certificates, moments[0], self._newest) else "B-T"
        )

    async def _all_long_term(
        self, certificates: list[asn1_x509.Certificate], moment: datetime, brought: Brought
    ) -> bool:
        for certificate in certificates:
            if await self._knowledge.standing(certificate, moment, brought) != "good":
                return False
        return True

    @property
    def _newest(self) -> Brought:
        return self._brought(self._revisions - 1)

    def _read_brought(self, revision: int) -> Brought:
        return Brought.read(self._reader.get_historical_resolver(revision))

    def _covers(
        self, signature: EmbeddedPdfSignature, coverage: SignatureCoverageLevel | None
    ) -> str:
        if coverage is SignatureCoverageLevel.ENTIRE_FILE:
            return WHOLE_FILE
        if coverage is SignatureCoverageLevel.ENTIRE_REVISION:
            return f"revision {signature.signed_revision + 1} of {self._revisions}"
        return "an unclear part"

    @staticmethod
    def _unreadable(signature: EmbeddedPdfSignature, why: str) -> SignatureReport:
        return SignatureReport(
            field=str(signature.field_name),
            kind="signature",
            who="",
            email="",
            when=None,
            time_source=CLAIMED,
            covers="an unclear part",
            level="",
            valid=False,
            trusted=False,
            why=f"it cannot be checked: {why[:200]}",
        )


def _fault(status: PdfSignatureStatus | DocumentTimestampStatus) -> str | None:
    """Why the signature is not valid, or None."""
    if not status.intact:
        return "the signed bytes were changed"
    if not status.valid:
        return "the signature value does not verify"
    if status.coverage is None or status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return "it does not cover its whole revision"
    if isinstance(status.diff_result, SuspiciousModification):
        return f"the document was changed afterwards: {status.diff_result}"
    if status.docmdp_ok is False:
        return "the document was changed afterwards in a way that it forbids"
    if status.trust_problem_indic in _REVOKED:
        return _REVOKED_WORDS
    if isinstance(status, PdfSignatureStatus):
        return _fault_of_signature(status)
    return None


def _fault_of_signature(status: PdfSignatureStatus) -> str | None:
    stamp = status.timestamp_validity
    if stamp is not None and not (stamp.intact and stamp.valid):
        return "its timestamp belongs to something else"
    if not status.seed_value_ok:
        return "it breaks a rule of its signature field"
    return None


def _distrust(status: PdfSignatureStatus | DocumentTimestampStatus) -> str | None:
    """Why an intact signature is not trusted, or None."""
    if status.trusted:
        return None
    problem: AdESSubIndic | None = status.trust_problem_indic
    if problem in _EXPIRED:
        return "the certificate has expired and no timestamp proves that it was used before"
    if problem is AdESIndeterminate.NOT_YET_VALID:
        return "the certificate is not valid yet"
    if problem in (None, AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND):
        return "the certificate was issued by an authority that we do not know"
    return f"the certificate cannot be relied on ({problem.standard_name})"


def _stamp(status: TimestampSignatureStatus | DocumentTimestampStatus, token: object) -> Stamp:
    info = token["encap_content_info"]["content"].parsed  # type: ignore[index]
    # Anybody may write our policy into a token
    local = status.trusted and info["policy"].native == _LOCAL_POLICY
    name = LOCAL_AUTHORITY if local else _name(status.signing_cert)
    issuer = bytes(status.signing_cert.issuer.dump())
    return Stamp(status.timestamp.astimezone(UTC), name, status.trusted, issuer)


def _token_of(signature: EmbeddedPdfSignature) -> object:
    attributes = signature.signer_info["unsigned_attrs"]
    return find_unique_cms_attribute(attributes, "signature_time_stamp_token")["content"]


def _kind(signature: EmbeddedPdfSignature) -> SignatureKind:
    if signature.docmdp_level is not None:
        return "certification"
    return "seal" if signature.field_name == "z_seal" else "signature"


def _is_pades(signature: EmbeddedPdfSignature) -> bool:
    """PAdES asks for its sub-filter and for the certificate's hash among the signed attributes."""
    attributes = signature.signer_info["signed_attrs"]
    if signature.sig_object.get("/SubFilter") != _PADES or attributes is core.VOID:
        return False
    named = {attribute["type"].native for attribute in attributes}
    return not named.isdisjoint({"signing_certificate_v2", "signing_certificate"})


def _name(certificate: asn1_x509.Certificate) -> str:
    said = (_said(certificate, kind) for kind in ("name", "2.5.4.41", "common_name"))
    name = next((" ".join(values) for values in said if values), "")
    return name or str(certificate.subject.human_friendly)


def _said(certificate: asn1_x509.Certificate, kind: str) -> list[str]:
    """All values of an attribute of the subject: ours has a common name for each direction of a
    name in two."""
    found = certificate.subject.native.get(kind, [])
    return [str(each) for each in (found if isinstance(found, list) else [found])]


def _email(certificate: asn1_x509.Certificate) -> str:
    names = certificate.subject_alt_name_value or ()
    addresses = [name.native for name in names if name.name == "rfc822_name"]
    return str(next(iter(addresses or _said(certificate, "email_address")), ""))

"""The strict verifier of the files we write: one pass, and anything unexpected is refused.

It knows the base by its digest and every later byte by the grammar of docs/pdf-format.md, and
compares what the file says with what the database says. pyHanko and pdfsig judge by the rules of
PDF signatures; this judges by ours, which allow far less.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from countersign.pdf.verify.certificates import Certificate, Role, Trust
from countersign.pdf.verify.cms import Signature, check_signature, check_token
from countersign.pdf.verify.facts import BaseFacts, Claims, Expected, ExpectedAct, FieldFacts
from countersign.pdf.verify.fields import field_value, signature_of, text_string
from countersign.pdf.verify.objects import NewObjects
from countersign.pdf.verify.plain_text import plain
from countersign.pdf.verify.refusal import Refused, need
from countersign.pdf.verify.report import (
    Level,
    Report,
    SignatureKind,
    SignatureReport,
    covered_part,
)
from countersign.pdf.verify.revisions import Revision, revisions, split_base
from countersign.pdf.verify.signature_dictionary import (
    DOCUMENT_TIMESTAMP,
    Covered,
    claims_of,
    covered_by,
)
from countersign.pdf.verify.stamp import Stamp
from countersign.pdf.verify.validation_data import Said, check_validation_data

if TYPE_CHECKING:
    from hashlib import _Hash

CLAIMED_TIME_TOLERANCE = timedelta(minutes=5)
DEFERRED_TIME_TOLERANCE = timedelta(hours=1)
"""Whoever signs at a distance is asked when the act, with its time, is written already."""
CLOCK_SKEW = timedelta(seconds=5)
"""How far the clocks of two timestamp authorities may differ."""

_CERTIFIED = (
    b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/DigestMethod/SHA256"
    b"/TransformParams<</Type/TransformParams/V/1.2/P 2>>>>]"
)
_LOCKED = (
    b"/Reference[<</Type/SigRef/TransformMethod/FieldMDP/DigestMethod/SHA256/Data %d 0 R"
    b"/TransformParams<</Type/TransformParams/V/1.2/Action/Include/Fields[%s]>>>>]"
)
_CERTIFICATION_REASON = "Prepared for signing"
_SEAL_REASON = "All signatures collected"
_NO_CONSENT = "Signed"


@dataclass(frozen=True, slots=True)
class OwnReport:
    """A file that is exactly what we write: its SHA-256 (hex), length in bytes and signatures."""

    sha256: str
    length: int
    report: Report


def verify_own(
    chunks: bytes | Iterable[bytes], base: BaseFacts, trust: Trust, expected: Expected
) -> OwnReport:
    """Check a file given whole or in pieces of any size (only what follows the base is kept).

    Raises Refused with the first thing that is not exactly as we write it, or not as `expected`.
    """
    digest, tail = split_base([chunks] if isinstance(chunks, bytes) else chunks, base)
    found = list(revisions(tail, base))
    wanted = 1 + len(expected.acts) + 2 * expected.sealed
    need(len(found) == wanted, "number of revisions:", len(found), "instead of", wanted)
    walk = _Walk(base, trust, digest, 1 + wanted)
    walk.certification(found[0], expected)
    for revision, act in zip(found[1:], expected.acts, strict=False):
        walk.act(revision, act)
    if expected.sealed:
        walk.seal(found[-2])
        walk.archive(found[-1])
    return OwnReport(walk.finish(tail), base.length + len(tail), walk.report(expected))


@dataclass(frozen=True, slots=True)
class _Found:
    """A signature that was checked; a document timestamp has no certificate beside its stamp's."""

    field: str
    kind: SignatureKind
    stamp: Stamp
    certificate: Certificate | None = None
    reason: str = ""
    trusted: bool = True

    def described(self, covers: str, said: Said) -> SignatureReport:
        """`said`: what the authorities say in the DSS."""
        by = self.certificate
        return SignatureReport(
            field=self.field,
            kind=self.kind,
            who=by.name if by else self.stamp.authority,
            email=by.email if by else "",
            when=self.stamp.time,
            time_source=self.stamp.source,
            covers=covers,
            level=self._level(said),
            valid=True,
            trusted=self.stamp.trusted if by is None else self.trusted,
            reason=self.reason,
        )

    def _level(self, said: Said) -> Level:
        """B-LTA only where the DSS tells of signer and timestamp authority alike."""
        if self.certificate is None:
            return ""
        told = said.tells_of(self.certificate) and self.stamp.issuer in said.issuers
        return "B-LTA" if told else "B-T"


class _Walk:
    """Goes through the revisions in their order and remembers what was found."""

    def __init__(self, base: BaseFacts, trust: Trust, digest: "_Hash", count: int) -> None:
        self._base = base
        self._trust = trust
        self._digest = digest
        self._hashed = 0
        self._count = count
        self._last: Stamp | None = None
        self._slots: set[int] = set()
        self._found: list[_Found] = []
        self._said = Said()

    def certification(self, revision: Revision, expected: Expected) -> None:
        field = self._platform("z_cert")
        objects = NewObjects(revision)
        texts = {"z_id": plain(expected.envelope), "z_name": plain(expected.document)}
        wanted = {
            name: text for name, text in texts.items() if text and name in self._base.platform
        }
        fields = [self._platform(name) for name in wanted]
        self._need_changes(revision, {field.number, self._base.root, *(f.number for f in fields)})
        for text_field in fields:
            self._need_value(revision, text_field, wanted[text_field.name], objects)
        number = self._signature_number(revision, field, objects)
        catalog = self._base.catalog[:-2] + b"/Perms<</DocMDP %d 0 R>>>>" % number
        need(revision.body(self._base.root) == catalog, "catalog differs")
        claims, _ = self._signed(revision, field, number, "certification", _CERTIFIED)
        need(claims.reason == _CERTIFICATION_REASON and not claims.name, "reason of certification")
        objects.finish()

    def act(self, revision: Revision, expected: ExpectedAct) -> None:
        slot = self._base.slot_that_has(min(revision.overridden, default=0))
        need(slot == expected.slot, "slot", slot, "signs where", expected.slot, "should")
        need(slot not in self._slots, "slot", slot, "signs twice")
        self._slots.add(slot)
        field, *others = self._base.slot(slot)
        filled = [other for other in others if other.number in revision.overridden]
        self._need_changes(revision, {field.number, *(other.number for other in filled)})
        objects = NewObjects(revision)
        values = {
            other: field_value(revision.body(other.number), other, self._base.font, objects)
            for other in filled
        }
        number = self._signature_number(revision, field, objects)
        reference = _lock(self._base.root, others)
        claims, signature = self._signed(
            revision, field, number, "signature", reference, _foreign(expected)
        )
        objects.finish()
        _compare_values(values, expected, field.name.removesuffix("sig"))
        _compare_claims(values, claims, field.name.removesuffix("sig"))
        recorded = expected.claims and _as_written(expected.claims)
        need(recorded in (None, claims), "name, time or consent differ from the database")
        fingerprint = signature.certificate.fingerprint.hex()
        need(expected.certificate in (None, fingerprint), "another certificate than recorded")

    def seal(self, revision: Revision) -> None:
        field = self._platform("z_seal")
        self._need_changes(revision, {field.number})
        objects = NewObjects(revision)
        number = self._signature_number(revision, field, objects)
        claims, _ = self._signed(revision, field, number, "seal", b"")
        need(claims.reason == _SEAL_REASON and not claims.name, "reason of the seal")
        objects.finish()

    def archive(self, revision: Revision) -> None:
        field = self._platform("z_ts")
        self._need_changes(revision, {field.number, self._base.dss})
        objects = NewObjects(revision)
        validation_data = revision.body(self._base.dss)
        self._said = check_validation_data(validation_data, objects, self._trust)
        self._need_nobody_revoked()
        number = self._signature_number(revision, field, objects)
        start, _ = revision.objects[number]
        need(revision.data.startswith(DOCUMENT_TIMESTAMP, start), "kind of document timestamp")
        covered = covered_by(revision, number, start + len(DOCUMENT_TIMESTAMP))
        stamp = check_token(covered.contents, self._digest_of(revision, covered), self._trust)
        self._advance(stamp)
        self._found.append(_Found(field.name, "document timestamp", stamp))
        objects.finish()

    def _need_nobody_revoked(self) -> None:
        for found in self._found:
            if found.certificate is not None:
                self._said.need_not_revoked(found.certificate, found.stamp.time)

    def finish(self, tail: bytes) -> str:
        """SHA-256 of the whole file."""
        self._digest.update(tail[self._hashed :])
        return self._digest.hexdigest()

    def report(self, expected: Expected) -> Report:
        numbered = enumerate(self._found, start=2)  # revision 1 is the base
        signatures = tuple(
            found.described(covered_part(number, self._count), self._said)
            for number, found in numbered
        )
        return Report(signatures=signatures, envelope=expected.envelope or None)

    def _platform(self, name: str) -> FieldFacts:
        field = self._base.platform.get(name)
        if field is None:
            raise Refused(f"the base has no field {name}")
        return field

    @staticmethod
    def _need_changes(revision: Revision, wanted: set[int]) -> None:
        changed = revision.overridden
        need(changed == wanted, "other objects change than may:", sorted(changed ^ wanted))

    def _need_value(
        self, revision: Revision, field: FieldFacts, wanted: str, objects: NewObjects
    ) -> None:
        value = field_value(revision.body(field.number), field, self._base.font, objects)
        need(value == wanted, field.name, "differs from the database")

    def _signature_number(self, revision: Revision, field: FieldFacts, objects: NewObjects) -> int:
        body = revision.body(field.number)
        number = signature_of(body, field, self._base.font, objects)
        objects.take(number)
        return number

    def _signed(
        self,
        revision: Revision,
        field: FieldFacts,
        number: int,
        kind: SignatureKind,
        reference: bytes,
        foreign: str | None = None,
    ) -> tuple[Claims, Signature]:
        claims, at = claims_of(revision, number, reference)
        covered = covered_by(revision, number, at)
        digest = self._digest_of(revision, covered)
        signature = check_signature(covered.contents, digest, _ROLES[kind], self._trust, foreign)
        apart = abs(signature.stamp.time - claims.time)
        tolerance = CLAIMED_TIME_TOLERANCE if foreign is None else DEFERRED_TIME_TOLERANCE
        need(apart <= tolerance, "claimed time is", apart, "from the proven one")
        self._advance(signature.stamp)
        by = signature.certificate
        found = _Found(field.name, kind, signature.stamp, by, claims.reason, signature.trusted)
        self._found.append(found)
        return claims, signature

    def _digest_of(self, revision: Revision, covered: Covered) -> bytes:
        """SHA-256 of the file up to the end of this revision without the gap; hashes it once."""
        view = memoryview(revision.data)
        self._digest.update(view[self._hashed : covered.gap_start])
        digest = self._digest.copy()
        digest.update(view[covered.gap_end : revision.end])
        self._digest.update(view[covered.gap_start : revision.end])
        self._hashed = revision.end
        return digest.digest()

    def _advance(self, stamp: Stamp) -> None:
        if self._last is not None:
            skew = CLOCK_SKEW if self._last.authority != stamp.authority else timedelta()
            need(stamp.time >= self._last.time - skew, "time goes backwards at", stamp.time)
        self._last = stamp


_ROLES: dict[SignatureKind, Role] = {
    "certification": "certification",
    "signature": "signer",
    "seal": "seal",
}


def _foreign(expected: ExpectedAct) -> str | None:
    """The one certificate of another authority that may sign; no act is foreign without one."""
    if not expected.foreign:
        return None
    if not expected.certificate:
        raise Refused("a signer with a key of his own, whose certificate is not recorded")
    return expected.certificate


def _lock(root: int, fields: list[FieldFacts]) -> bytes:
    names = b"".join(text_string(field.name) for field in fields)
    return _LOCKED % (root, names) if fields else b""


def _compare_values(values: dict[FieldFacts, str], expected: ExpectedAct, prefix: str) -> None:
    """Layout fields are known by their label, our own by their name behind the slot's prefix."""
    compared = {f: value for f, value in values.items() if f.kind in ("text", "checkbox")}
    ours = {f.name.removeprefix(prefix): v for f, v in compared.items() if not f.label}
    layout = {f.label: value for f, value in compared.items() if f.label}
    for found, wanted in ((layout, expected.values), (ours, expected.evidence)):
        if wanted is not None:
            texts = {name: plain(text) for name, text in wanted.items() if plain(text)}
            differing = sorted(n for n in found | texts if found.get(n) != texts.get(n))
            need(not differing, "values differ from the database:", *differing)


def _as_written(claims: Claims) -> Claims:
    return Claims(claims.time, plain(claims.name), plain(claims.reason) or _NO_CONSENT)


def _compare_claims(values: dict[FieldFacts, str], claims: Claims, prefix: str) -> None:
    """Evidence block, marks and signature dictionary must tell one story."""
    written = f"{claims.time:%Y-%m-%d %H:%M:%S} UTC"
    by_name = {
        prefix + "e_name": claims.name,
        prefix + "e_time": written,
        prefix + "e_consent": claims.reason,
    }
    by_kind = {"mark": claims.name, "stamp": f"{claims.name}, {written}"}
    for field, value in values.items():
        wanted = by_name.get(field.name) or by_kind.get(field.kind)
        need(wanted in (None, value), field.name, "differs from the signature")

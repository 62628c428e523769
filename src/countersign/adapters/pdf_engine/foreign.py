"""What a document keeps of signers whose certificates are by other authorities: the authorities up
to the one that the account believed, and what they said of revocation at the time of signing. So it
is verified by what was true then, whatever becomes of the account's services."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from countersign import pdf
from countersign.adapters.keys.material import ValidationMaterial
from countersign.adapters.keys.standing import Revoked, Standing, Standings
from countersign.adapters.pdf_engine.keyring import Keyring
from countersign.domain.document import Document, FileRef, Segment
from countersign.domain.errors import Invalid, StaleState
from countersign.pdf.verify.certificates import Trust
from countersign.turns import waiting
from countersign.usecases.file_ports import Files, PreparedAct

MOST_OF_LISTS = 1 << 20  # bytes, of all lists and responses together
_WHOLE_NAME = x509.ObjectIdentifier("2.5.4.41")


@dataclass(frozen=True, slots=True)
class ForeignSigner:
    """A certificate and those above it up to the root, which no signature holds (DER). `pss`: the
    key signs by RSASSA-PSS."""

    row: tuple[bytes, ...]
    pss: bool = False

    @property
    def certified(self) -> pdf.Certified:
        """Raises Invalid for a key of a kind that can't sign here."""
        try:
            return pdf.certified(self.row[0], self.row[1:-1], pss=self.pss)
        except pdf.PdfError as problem:
            raise Invalid(str(problem), {"certificate": str(problem)}) from None

    def prepared(self, to_sign: bytes, act: str) -> PreparedAct:
        row = [base64.b64encode(one).decode() for one in self.row]
        kept = {"row": row, "pss": self.pss, "act": act}
        return PreparedAct(to_sign=to_sign, state=json.dumps(kept))


def read_back(state: str) -> tuple[ForeignSigner, str]:
    """What `ForeignSigner.prepared` kept."""
    kept = json.loads(state)
    return ForeignSigner(tuple(map(base64.b64decode, kept["row"])), kept["pss"]), kept["act"]


def finished_act(act: str, digest: pdf.Digest, value: bytes, keys: Keyring) -> pdf.Revision:
    """A prepared act with its signature. Raises StaleState for another file than it was prepared
    for, Invalid for a value that is not the certificate's."""
    try:
        return pdf.finish_act(pdf.PreparedAct.from_json(act), digest, value, keys.timestamper())
    except pdf.StaleAct:
        raise StaleState from None
    except pdf.BadSignature as problem:
        raise Invalid(str(problem), {"signature": str(problem)}) from None


class ForeignRecords:
    """Keeps what authorities said of revocation beside the documents."""

    def __init__(self, files: Files) -> None:
        self._files, self._standings = files, Standings()

    def standing(self, signer: ForeignSigner, at: datetime) -> Standing:
        """What tells of all certificates, or nothing: half of it proves nothing, and long lists
        would make a file that no verifier reads. Raises Invalid when one was revoked."""
        try:
            with waiting():
                found = self._standings.of(signer.row, at)
        except Revoked:
            why = "the certificate was revoked"
            raise Invalid(why, {"certificate": why}) from None
        length = sum(map(len, (*found.lists, *found.responses)))
        return found if found.is_complete and length <= MOST_OF_LISTS else Standing()

    def facts(self, signer: ForeignSigner, standing: Standing) -> dict[str, Any]:
        """What a segment keeps. The authorities are nobody's personal data, and the signer's own
        certificate is in the document."""
        return {
            "certificate": sha256(signer.row[0]).hexdigest(),
            "foreign": True,
            "who": _name(signer.row[0]),
            "above": [base64.b64encode(one).decode() for one in signer.row[1:]],
            "lists": self._kept(standing.lists),
            "responses": self._kept(standing.responses),
        }

    def _kept(self, parts: Sequence[bytes]) -> list[list[str | int]]:
        return [[file.sha256, file.size] for file in map(self._files.put, parts)]

    def completed(self, own: ValidationMaterial, document: Document) -> ValidationMaterial:
        """The platform's validation data, with what there is about foreign signers."""
        above = [one for segment in document.segments for one in above_of(segment)]
        said = Standing(self._said(document, "lists"), self._said(document, "responses"))
        return joined(own, above, said)

    def _said(self, document: Document, kind: str) -> list[bytes]:
        return [
            self._files.read(FileRef(sha256=sha, size=size))
            for segment in document.segments
            for sha, size in segment.facts.get(kind, ())
        ]


def _name(certificate: bytes) -> str:
    """As verifiers call the signer."""
    subject = x509.load_der_x509_certificate(certificate).subject
    for kind in (_WHOLE_NAME, NameOID.COMMON_NAME):
        if found := subject.get_attributes_for_oid(kind):
            return str(found[0].value)
    return ""


def joined(own: ValidationMaterial, above: Sequence[bytes], said: Standing) -> ValidationMaterial:
    return ValidationMaterial(
        tuple(dict.fromkeys((*own.certificates, *above))),
        tuple(dict.fromkeys((*own.crls, *said.lists))),
        tuple(dict.fromkeys((*own.ocsps, *said.responses))),
    )


def above_of(segment: Segment) -> tuple[bytes, ...]:
    """The authorities above a foreign signer, the believed one last; nothing for one of ours."""
    return tuple(map(base64.b64decode, segment.facts.get("above", ())))


def trust_for(document: Document, ours: Trust) -> Trust:
    """Whom to believe about this document and no other."""
    rows = [row for segment in document.segments if (row := above_of(segment))]
    if not rows:
        return ours
    others = ours.others.union(*rows)
    return replace(ours, others=others, signer_roots=frozenset(row[-1] for row in rows))

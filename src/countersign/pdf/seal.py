"""Seal and archive: the platform's two closing revisions, which make PAdES B-LTA of the whole."""

from collections.abc import Iterable
from datetime import datetime

from countersign.pdf import cms
from countersign.pdf.signature import sign_field
from countersign.pdf.state import BaseState, ChainState, Digest, Revision
from countersign.pdf.syntax import stream
from countersign.pdf.update import Update

_DOCUMENT_TIMESTAMP = b"<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161"


class ValidationData:
    """Certificates, CRLs and OCSP responses (DER) for the DSS, for all files of a CRL period.

    Must hold the root certificate, the issuing certificate and a CRL of each, else no later
    validation finds a proof of existence (ETSI EN 319 142-1, 5.4).
    """

    def __init__(
        self, certificates: Iterable[bytes], crls: Iterable[bytes], ocsps: Iterable[bytes] = ()
    ) -> None:
        # Wrapped once as stream objects: an archive step then only numbers them
        self._parts = [
            (key, [stream(b"<<", blob) for blob in blobs])
            for key, blobs in ((b"Certs", certificates), (b"CRLs", crls), (b"OCSPs", ocsps))
        ]

    def put_into(self, update: Update) -> None:
        """Fill the DSS object that the base reserves."""
        arrays = b"".join(
            b"/%s[%s]" % (key, b" ".join(b"%d 0 R" % update.add(body) for body in bodies))
            for key, bodies in self._parts
            if bodies
        )
        update.override(update.state.dss, b"<</Type/DSS%s>>" % arrays)


def seal(
    state: BaseState,
    chain: ChainState,
    digest: Digest,
    key: cms.Signer,
    timestamper: cms.Timestamper,
    at: datetime,
) -> Revision:
    """The platform's signature over all acts, with a timestamp (PAdES B-T).

    `digest` is the midstate over the file so far, `at` the time claimed in /M.
    Raises NoRoom when the token is longer than `timestamper.size`, and what `timestamper` raises.
    """
    update = Update(state, chain)
    return sign_field(
        update, state.own_field("z_seal"), digest, key, timestamper, at, "All signatures collected"
    )


def archive(
    state: BaseState,
    chain: ChainState,
    digest: Digest,
    validation: ValidationData,
    timestamper: cms.Timestamper,
) -> Revision:
    """Validation data and a document timestamp over everything (PAdES B-LTA), in one revision.

    Raises as `seal` does.
    """
    update = Update(state, chain)
    validation.put_into(update)
    field = state.own_field("z_ts")
    unsigned = update.close(field, None, _DOCUMENT_TIMESTAMP, timestamper.size)
    return unsigned.fill(digest, timestamper)

"""Signing uploads that are signed already.

    refuse_unless_signable(data)                                                 at the upload
    sign_incrementally(data, place, key, timestamper, name, look, at) -> segment one per signer
    prepare_incrementally(data, place, certified, …) -> PreparedAct, later `pdf.finish_act`
    close_incrementally(data, certificates, crls, timestamper) -> segment        at the end

Bytes in, the bytes to append out; `verify.anybody` checks the result.
"""

from countersign.pdf.already_signed.signing import (
    close_incrementally,
    prepare_incrementally,
    refuse_unless_signable,
    sign_incrementally,
)
from countersign.pdf.already_signed.stamp import Look, Place

__all__ = [
    "Look",
    "Place",
    "close_incrementally",
    "prepare_incrementally",
    "refuse_unless_signable",
    "sign_incrementally",
]

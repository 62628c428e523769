"""The local timestamp authority: RFC 3161 tokens from a key of our own."""

import secrets
from collections.abc import Callable
from datetime import datetime

from countersign import der
from countersign.pdf import cms
from countersign.pdf.syntax import utc_digits

_TST_INFO = der.oid("1.2.840.113549.1.9.16.1.4")
# From the arc for examples (RFC 5612): the local authority follows no registered policy
_POLICY = der.oid("1.3.6.1.4.1.32473.1.1")
# TSTInfo (RFC 3161, 2.4.2) up to the 32 bytes of the imprint. Imprint, serial number and time are
# of one length always, and so are the tokens
_IMPRINT = der.sequence(cms.SHA256, der.octets(bytes(32)))
_SERIAL_IS, _TIME_IS = b"\x02\x08", b"\x18\x0f"
_AFTER = len(_SERIAL_IS) + 8 + len(_TIME_IS) + 15
_HEAD = der.sequence(b"\x02\x01\x01", _POLICY, _IMPRINT, bytes(_AFTER))[: -_AFTER - 32]


class LocalTimestamper:
    """Makes tokens with `signer`, at the time that `clock` tells.

    Honest about its worth: it proves the order and time of events as far as this server is trusted.
    """

    def __init__(self, signer: cms.Signer, clock: Callable[[], datetime]) -> None:
        self._enclosing = cms.Enclosing(signer, _TST_INFO)
        self._clock = clock
        # Only the ECDSA value (70 to 72 bytes) differs in length from one token to the next
        self.size = len(self(bytes(32))) + 4

    def __call__(self, imprint: bytes) -> bytes:
        return self._enclosing(self._info(imprint))

    def _info(self, imprint: bytes) -> bytes:
        # 63 bits with the highest one set: eight bytes always
        serial = (secrets.randbits(62) | 1 << 62).to_bytes(8, "big")
        time = utc_digits(self._clock())
        return b"".join((_HEAD, imprint, _SERIAL_IS, serial, _TIME_IS, time, b"Z"))

"""Signatures of text documents: XAdES baseline (ETSI EN 319 132-1), enveloping, one signer a file.
Bytes in, bytes out; nothing here knows an envelope or a database.

    inspect_text(data, media_type) -> TextInspection      at upload: may it be signed?
    sign_text(content, media_type, key, timestamper, at, consent=…, validation=…) -> XML
    verify.verify(xml, roots, at, check_token) -> Report  shares no code with the writer

`verify` stands apart, so that only who needs lxml loads it. `key` and `timestamper` are of the kind
that signs PDFs. What is written, byte by byte, is docs/xades-format.md.
"""

from countersign.xades.errors import UnusableText, XadesError
from countersign.xades.inspect import TextInspection, inspect_text
from countersign.xades.sign import Signer, Timestamper, ValidationData, sign_text

__all__ = [
    "Signer",
    "TextInspection",
    "Timestamper",
    "UnusableText",
    "ValidationData",
    "XadesError",
    "inspect_text",
    "sign_text",
]

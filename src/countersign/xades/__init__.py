"""Signatures of text documents: XAdES baseline (ETSI EN 319 132-1), enveloping, one signer a file.
Bytes in, bytes out; nothing here knows an envelope or a database.

    inspect_text(data, media_type) -> TextInspection      at upload: may it be signed?
    sign_text(content, media_type, key, timestamper, at, consent=…, validation=…) -> XML
    prepare_text(…) -> PreparedText(signed, …), later
    finish_text(prepared, content, value, …) -> XML       for keys that are elsewhere
    verify.verify(xml, roots, at, check_token) -> Report  shares no code with the writer

`verify` stands apart, so that only who needs lxml loads it. `key` and `timestamper` are of the kind
that signs PDFs. What is written, byte by byte, is docs/xades-format.md.
"""

from countersign.xades.errors import UnusableText, XadesError
from countersign.xades.inspect import TextInspection, inspect_text
from countersign.xades.sign import (
    Certified,
    PreparedText,
    Signer,
    Timestamper,
    ValidationData,
    finish_text,
    prepare_text,
    sign_text,
)

__all__ = [
    "Certified",
    "PreparedText",
    "Signer",
    "TextInspection",
    "Timestamper",
    "UnusableText",
    "ValidationData",
    "XadesError",
    "finish_text",
    "inspect_text",
    "prepare_text",
    "sign_text",
]

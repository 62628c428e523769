"""The `PdfEngine` port over `countersign.pdf`: the only place that knows both."""

from countersign.adapters.pdf_engine.engine import Engine
from countersign.adapters.pdf_engine.keyring import Keyring
from countersign.adapters.pdf_engine.merchant import MerchantSigning
from countersign.adapters.pdf_engine.verifying import (
    Verdict,
    missing_scripts,
    verifier,
    verify_anybody,
)
from countersign.pdf import use_font_directory

__all__ = [
    "Engine",
    "Keyring",
    "MerchantSigning",
    "Verdict",
    "missing_scripts",
    "use_font_directory",
    "verifier",
    "verify_anybody",
]

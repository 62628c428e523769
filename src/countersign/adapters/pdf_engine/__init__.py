"""The `PdfEngine` port over `countersign.pdf`: the only place that knows both."""

from countersign.adapters.pdf_engine.engine import Engine
from countersign.adapters.pdf_engine.keyring import Keyring

__all__ = ["Engine", "Keyring"]

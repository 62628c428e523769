"""What another program says of the signatures in a file."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.tools import require_tool

VALID = "Signature is Valid."
NOT_JUDGED = "Signature Type: unknown"  # document timestamps, to poppler


def verdicts(data: bytes, folder: Path) -> list[str]:
    """One for each signature but the document timestamps, in the order of the fields."""
    (folder / "signed.pdf").write_bytes(data)
    ran = subprocess.run(
        [require_tool("pdfsig"), "-nocert", "signed.pdf"],
        cwd=folder, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    blocks = ran.stdout.split("Signature #")[1:]
    return [_verdict(block) for block in blocks if NOT_JUDGED not in block]


def _verdict(block: str) -> str:
    _, _, rest = block.partition("Signature Validation: ")
    return rest.partition("\n")[0].strip()

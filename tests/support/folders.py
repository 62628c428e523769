"""What lies in a folder that a running server is working in."""

from __future__ import annotations

import os
from pathlib import Path


def everything_in(folder: Path) -> list[Path]:
    """Files and folders at any depth. `rglob` fails when a folder vanishes while it is read."""
    return [
        Path(place) / name
        for place, folders, files in os.walk(folder)
        for name in (*folders, *files)
    ]

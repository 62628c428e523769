"""The count of codes that were sent by SMS. Part of ports.py, where the rest of the database is."""

from __future__ import annotations

from typing import Protocol

from countersign.domain.text_limits import Window


class TextCounts(Protocol):
    def count_text(self, window: Window) -> bool:
        """One more, exactly, however many processes count. False, and nothing counted, when there
        were as many as the window takes."""

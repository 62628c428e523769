"""Whose name, logo and colours the people who sign see."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.domain.document import FileRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Branding:
    """Empty where the sender has no wish. `logo` is a picture in the file store, `logo_url` one
    that is fetched from elsewhere; colours are `#rrggbb`."""

    company_name: str = ""
    logo: FileRef | None = None
    logo_url: str = ""
    primary_color: str = ""
    secondary_color: str = ""

"""Whose name, logo and colours a page carries."""

from __future__ import annotations

from typing import Any

from countersign.domain.envelope import Envelope


def shown_branding(envelope: Envelope, base: str) -> dict[str, Any]:
    """`base` is the path of the signing link. The logo is always this server's own copy: a page
    that loaded it from elsewhere would tell that place who opens which link, and when."""
    branding = envelope.settings.branding
    version = branding.logo.sha256[:12] if branding.logo else ""
    return {
        "name": envelope.known_sender,
        "logo": f"{base}/logo?v={version}" if version else "",
        "accent": branding.primary_color,
        "second": branding.secondary_color,
    }

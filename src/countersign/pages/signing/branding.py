"""What the sender chose for the page: name, logo, colours, and what stands at its end."""

from __future__ import annotations

from typing import Any

from countersign.domain.envelope import AfterSigning, Envelope


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


def shown_after(after: AfterSigning) -> dict[str, Any]:
    """A message and an address that were chosen once are not shown when nothing is to be."""
    chosen = after.type != "none"
    return {
        "type": after.type,
        "message": (chosen and after.message) or None,
        "url": (chosen and after.url) or None,
    }

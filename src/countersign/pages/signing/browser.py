"""What a browser that was sent to other pages is known by when it comes back."""

from __future__ import annotations

import re
import secrets

from starlette.requests import Request

from countersign.domain.identity import REDIRECT_LIFETIME

COOKIE = "identity"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def browser_of(request: Request) -> str:
    """One secret for all that is going on in this browser; a new one where there is none."""
    known = request.cookies.get(COOKIE, "")
    return known if _SECRET.fullmatch(known) else secrets.token_urlsafe(32)


def browser_cookie(browser: str, link: str) -> str:
    """Comes back with the browser from another site, which `SameSite=Strict` would not. Where
    cookies are not kept, as in a frame, other pages are opened in a tab of their own. `link` is a
    signing link: where it is https, the cookie is for https alone."""
    secure = "; Secure" if link.startswith("https:") else ""
    lifetime = int(REDIRECT_LIFETIME.total_seconds())
    kept = f"Path=/s; Max-Age={lifetime}; HttpOnly; SameSite=Lax{secure}"
    return f"{COOKIE}={browser}; {kept}"

"""Response headers of every page: nothing runs, loads or leaves that the page does not need."""

from countersign.httpkit import page_headers


def headers_in_frame(ancestor: str | None) -> dict[str, str]:
    """`ancestor` is the one origin that may show the page in a frame, written by `web_origin`;
    None: nobody. What stands around a page decides what a click on it means, so a browser shows it
    nowhere else, however it was asked for."""
    return {
        **page_headers(
            script_src="'self'",
            style_src="'self'",
            img_src="'self' data: blob:",
            connect_src="'self'",
            frame_ancestors=ancestor or "'none'",
        ),
        # The address of a signing page is a secret: it must not reach shared caches
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex, nofollow",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }


PAGE_HEADERS = headers_in_frame(None)

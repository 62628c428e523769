"""Scripts and styles as browsers get them."""

import pytest
from starlette.testclient import TestClient

from countersign.pages import static
from countersign.pages.assets import DIST, asset_url


@pytest.mark.parametrize("name", ["signing.js", "signing.css"])
def test_scripts_and_styles_travel_compressed(name: str) -> None:
    """On a slow phone the page can be used only when all of it has arrived."""
    content = (DIST / name).read_bytes()
    with TestClient(static.build()) as client:
        answer = client.get(asset_url(name), headers={"accept-encoding": "gzip"})
        plain = client.get(asset_url(name), headers={"accept-encoding": "identity"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.num_bytes_downloaded < len(content) / 2
    assert "immutable" in answer.headers["cache-control"]
    assert "content-encoding" not in plain.headers
    assert answer.content == plain.content == content

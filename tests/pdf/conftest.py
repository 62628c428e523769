"""What several tests of signed files share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.pdf.foreign import Authority


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Somebody else's, who issues certificates and stamps times."""
    from tests.pdf import foreign  # pyHanko: the quick tests do without it

    return foreign.Authority()

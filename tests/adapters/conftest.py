from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from countersign.adapters.outbound_http import OutboundHttp
from tests.adapters.house import House, opened

Outbound = Callable[..., OutboundHttp]


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    """Makes an OutboundHttp whose connections are closed when the test ends."""
    with ExitStack() as stack:

        def make(**settings: Any) -> OutboundHttp:
            return stack.enter_context(closing(OutboundHttp(**settings)))

        yield make


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path) as house:
        yield house

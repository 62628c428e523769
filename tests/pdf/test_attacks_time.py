"""No input makes the strict verifier slow: every pattern takes time in line with its length."""

import time

import pytest

from tests.pdf.chain import Chain, World
from tests.pdf.forge import ACT
from tests.pdf.judged import FIRST, SECOND, certified, refusal_of, sealed, trust_of

pytestmark = pytest.mark.slow

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def closed() -> Chain:
    return sealed(World.new())


@pytest.mark.parametrize(
    "unit",
    [
        b"trailer\n",
        b"trailer\n<</Size 1/Root 1 0 R/ID[<aaaaaaaa",
        b"trailer\n<</Size 1/Root 1 0 R/ID[<aa><" + b"a" * 32 + b">]/Prev 1>>\nstartxref\n1\n%%EO",
        b"xref\n0 1\n",
        b"1 0 obj\n",
        b"\n",
        b"<",
        b"0",
    ],
    ids=lambda unit: repr(unit[:20]),
)
def test_a_megabyte_of_anything_is_refused_at_once(closed: Chain, unit: bytes) -> None:
    tail = unit * (MEGABYTE // len(unit))
    trust = trust_of(closed.world)
    for forgery in (closed.data + tail, closed.segments[0] + tail):
        started = time.process_time()
        refusal_of(closed, forgery, trust=trust)
        assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    "content",
    [
        "1" * MEGABYTE + ".1.",
        "1 " * (MEGABYTE // 2) + "gs",
        "<" * MEGABYTE,
        "-." * (MEGABYTE // 2),
        "q" * MEGABYTE,
        "<" + "A" * MEGABYTE,
    ],
    ids=lambda content: content[:4],
)
def test_an_appearance_cannot_take_long(content: str) -> None:
    """Signed honestly, and small in the file: it is deflated."""
    chain = certified(World.new())
    honest = ACT.form_xobject

    def slow(box: object, rotate: int, font: int, _content: str, image: int | None = None) -> bytes:
        made: bytes = honest(box, rotate, font, content, image)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ACT, "form_xobject", slow)
        chain.act(0, FIRST)
    started = time.process_time()
    refused = refusal_of(chain.act(1, SECOND).seal().archive())
    assert "appearance" in refused
    assert time.process_time() - started < 1.5


def test_an_appearance_that_unpacks_to_gigabytes_is_refused() -> None:
    chain = certified(World.new())
    honest = ACT.form_xobject

    def bomb(box: object, rotate: int, font: int, _content: str, image: int | None = None) -> bytes:
        made: bytes = honest(box, rotate, font, " " * 20 * MEGABYTE, image)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ACT, "form_xobject", bomb)
        chain.act(0, FIRST)
    refused = refusal_of(chain.act(1, SECOND).seal().archive())
    assert "deflated appearance" in refused

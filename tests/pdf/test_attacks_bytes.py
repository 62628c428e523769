"""No byte of a sealed file can be changed, taken away, doubled or added without being noticed."""

import random

import pytest

from tests.pdf.chain import Chain, World
from tests.pdf.judged import judge, refusal_of, sealed, trust_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def closed() -> Chain:
    return sealed(World.new())


def assert_all_refused(closed: Chain, forgeries: list[bytes]) -> None:
    trust = trust_of(closed.world)
    judge(closed, closed.data, trust=trust)
    for forgery in forgeries:
        assert forgery != closed.data
        refusal_of(closed, forgery, trust=trust)


def flipped(data: bytes, at: int, mask: int) -> bytes:
    return data[:at] + bytes((data[at] ^ mask,)) + data[at + 1 :]


def random_flips(closed: Chain, count: int) -> list[bytes]:
    chance, data = random.Random(20), closed.data
    places = [(chance.randrange(len(data)), chance.randrange(1, 256)) for _ in range(count)]
    return [flipped(data, at, mask) for at, mask in places]


def random_surgery(closed: Chain, count: int) -> list[bytes]:
    """Cuts, doublings, insertions, zeroings and reversals behind the base."""
    chance, data = random.Random(21), closed.data
    begin = len(closed.segments[0])
    made = []
    while len(made) < count:
        start = chance.randrange(begin, len(data) - 1)
        end = min(len(data), start + chance.randrange(1, 400))
        part = data[start:end]
        replacement = chance.choice(
            (b"", part * 2, chance.randbytes(9) + part, bytes(len(part)), part[::-1])
        )
        if replacement != part:
            made.append(data[:start] + replacement + data[end:])
    return made


def flips_of_last_revision(closed: Chain, step: int) -> list[bytes]:
    """Case flips of hexadecimal digits among them, which most readers take for the same."""
    data, begin = closed.data, len(closed.data) - len(closed.segments[-1])
    return [flipped(data, at, mask) for at in range(begin, len(data), step) for mask in (1, 0x20)]


def test_random_flips_are_refused(closed: Chain) -> None:
    assert_all_refused(closed, random_flips(closed, 120))


def test_random_surgery_is_refused(closed: Chain) -> None:
    assert_all_refused(closed, random_surgery(closed, 120))


def test_flips_in_the_last_revision_are_refused(closed: Chain) -> None:
    assert_all_refused(closed, flips_of_last_revision(closed, 251))


@pytest.mark.slow
def test_thousands_of_flips_and_cuts_are_refused(closed: Chain) -> None:
    assert_all_refused(closed, random_flips(closed, 1000))
    assert_all_refused(closed, random_surgery(closed, 1000))
    assert_all_refused(closed, flips_of_last_revision(closed, 5))


@pytest.mark.parametrize(
    "added", [b"\n", b"\0", b" ", b"% comment\n", b"junk", b"%%EOF\n"], ids=repr
)
def test_nothing_may_follow_the_last_revision(closed: Chain, added: bytes) -> None:
    assert_all_refused(closed, [closed.data + added])


def test_no_revision_may_be_missing_doubled_or_moved(closed: Chain) -> None:
    parts = closed.segments
    orders = [
        parts[:-1],
        parts[:-2],
        parts[:-2] + parts[-1:],
        parts[:2] + parts[3:],
        parts[:1] + parts[2:],
        [*parts, parts[-1]],
        parts[:3] + parts[2:],
        [*parts[:2], parts[3], parts[2], *parts[4:]],
        parts[1:],
        [],
    ]
    assert_all_refused(closed, [b"".join(order) for order in orders])


def test_another_base_is_refused(closed: Chain) -> None:
    for forgery in (b"", closed.data[:1000], b"\n" + closed.data):
        assert "another base" in refusal_of(closed, forgery)


def test_the_spelling_of_a_signature_is_fixed(closed: Chain) -> None:
    """Lower-case digits and padding that is not zero change nothing for others; we refuse them."""
    data = closed.data
    end = data.rindex(b">>>\nendobj")
    start = data.rindex(b"/Contents <", 0, end) + len(b"/Contents <")
    digit = next(at for at in range(start, end) if data[at] in b"ABCDEF")
    assert_all_refused(closed, [flipped(data, digit, 0x20), flipped(data, end - 1, 1)])

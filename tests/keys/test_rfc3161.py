"""Remote timestamps: the first good answer counts, nothing doubtful is believed."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from asn1crypto import cms as asn1_cms

from countersign import pdf
from countersign.adapters.keys.rfc3161 import RemoteTimestamper, TimestampUnavailable
from tests.keys.timestamp_server import Answer, fixed, good, imprint_of, response, serving
from tests.pdf.chain import ASA, Chain, World, now
from tests.pdf.referees import assert_all_valid
from tests.pdf.samples import contract
from tests.support.network import free_port

pytestmark = pytest.mark.slow

IMPRINT = hashlib.sha256(b"signature").digest()


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


@contextmanager
def asking(first: Answer, second: Answer) -> Iterator[tuple[RemoteTimestamper, list[list[bytes]]]]:
    """A client of two authorities that give these answers, and what each received."""
    with (
        serving(first) as (url, received),
        serving(second) as (other, received_too),
        closing(RemoteTimestamper([url, other], now, timeout=1.0)) as client,
    ):
        yield client, [received, received_too]


def test_a_token_is_about_the_imprint(world: World) -> None:
    with asking(good(world.platform("timestamp")), fixed(500, b"")) as (client, received):
        token = client(IMPRINT)
    info = asn1_cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
    assert info["message_imprint"]["hashed_message"].native == IMPRINT
    assert [len(one) for one in received] == [1, 0]
    assert len(token) <= client.size


def test_a_whole_file_can_be_stamped_remotely(world: World) -> None:
    with asking(good(world.platform("timestamp")), fixed(500, b"")) as (client, _):
        chain = Chain.start(world, contract(), pdf.Layout((pdf.Slot(),)))
        chain.timestamper = client
        chain.certify().act(0, ASA).seal().archive()
    assert_all_valid(chain.data, world.trust(), ["z_cert", "s0001_sig", "z_seal", "z_ts"])


@pytest.mark.parametrize(
    "bad",
    [
        lambda _: fixed(500, b"broken"),
        lambda _: fixed(302, b""),
        lambda _: fixed(200, b""),
        lambda _: fixed(200, b"\x30\x03\x02\x01"),
        lambda _: fixed(200, response("rejection")),
        lambda _: fixed(200, response("granted")),
        lambda _: fixed(200, bytes(100_000)),
        lambda signer: good(signer, nonce=1),
        lambda signer: good(signer, nonce=None),
        lambda signer: good(signer, message_imprint=imprint_of(bytes(32))),
    ],
    ids=[
        "error",
        "redirect",
        "empty",
        "malformed",
        "refused",
        "tokenless",
        "endless",
        "nonce",
        "nononce",
        "imprint",
    ],
)
def test_the_next_authority_is_asked_when_one_answers_badly(
    world: World, bad: Callable[[pdf.Signer], Answer]
) -> None:
    signer = world.platform("timestamp")
    with asking(bad(signer), good(signer)) as (client, received):
        assert client(IMPRINT)
    assert [len(one) for one in received] == [1, 1]


def test_each_request_has_a_nonce_of_its_own(world: World) -> None:
    with asking(good(world.platform("timestamp")), fixed(500, b"")) as (client, received):
        client(IMPRINT)
        client(IMPRINT)
    assert len(set(received[0])) == 2


def test_an_authority_that_is_slow_is_given_up_in_time(world: World) -> None:
    signer = world.platform("timestamp")

    def slow(body: bytes) -> tuple[int, bytes]:
        time.sleep(1.5)
        return good(signer)(body)

    started = time.monotonic()
    with asking(slow, good(signer)) as (client, _):
        assert client(IMPRINT)
        assert time.monotonic() - started < 1.4


def test_when_all_fail_the_reasons_are_told_but_no_password(
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = f"http://user:hunter2@127.0.0.1:{free_port()}/"
    with (
        closing(RemoteTimestamper([url, url], now)) as client,
        pytest.raises(TimestampUnavailable) as error,
    ):
        client(IMPRINT)
    assert str(error.value).count("127.0.0.1") >= 2
    assert "hunter2" not in str(error.value) + caplog.text


def test_a_url_that_is_none_is_a_failure_of_that_authority(world: World) -> None:
    with (
        serving(good(world.platform("timestamp"))) as (url, _),
        closing(RemoteTimestamper(["not a url", url], now)) as client,
    ):
        assert client(IMPRINT)


def test_without_any_url_there_is_nothing_to_ask() -> None:
    with pytest.raises(ValueError, match="no timestamp authority"):
        RemoteTimestamper([], now)


@pytest.mark.parametrize("minutes", [-2, 5], ids=["behind", "ahead"])
def test_an_authority_of_another_time_is_not_believed(
    world: World, caplog: pytest.LogCaptureFixture, minutes: int
) -> None:
    """The finished file would be refused; most often it is this server's clock that is wrong."""
    signer, there = world.platform("timestamp"), now() + timedelta(minutes=minutes)
    wrong = good(signer, gen_time=there.replace(microsecond=0))
    with asking(wrong, wrong) as (client, _), pytest.raises(TimestampUnavailable):
        client(IMPRINT)
    assert "s from this server's; set the clock" in caplog.text
    with asking(wrong, good(signer)) as (client, _):
        assert client(IMPRINT)

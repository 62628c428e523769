"""Timestamps from remote authorities over HTTP (RFC 3161, 3.4): several in order, the first good
answer counts."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx2
from asn1crypto import tsp

from countersign import der

log = logging.getLogger(__name__)

_SHA256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.NULL)
_GRANTED = ("granted", "granted_with_mods")
# Tokens with their chain of certificates take 3 to 7 KB; PDF signatures reserve this much
_LARGEST_TOKEN = 10_000
# The file says both times, and a verifier takes no more than two minutes, with which a signer's
# certificate begins, and five. Some of that is needed for the work between the two
_BEHIND, _AHEAD = timedelta(seconds=100), timedelta(seconds=280)


class TimestampUnavailable(Exception):
    """No authority answered with a usable token; the act or seal is to be tried again later."""


class _BadAnswer(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Met:
    """How an authority has answered so far. Times are UTC; `why` belongs to the failure."""

    host: str
    good_at: datetime | None = None
    bad_at: datetime | None = None
    why: str = ""


class RemoteTimestamper:
    """Asks each URL in order. Thread-safe; keeps connections open between calls. `clock` is what
    signatures are dated by: an authority of quite another time is not believed."""

    size = _LARGEST_TOKEN

    def __init__(
        self, urls: Sequence[str], clock: Callable[[], datetime], timeout: float = 5.0
    ) -> None:
        """`timeout` in seconds counts for each URL."""
        if not urls:
            raise ValueError("no timestamp authority is given")
        self._urls, self._clock = tuple(urls), clock
        # The host alone: the URL may carry a password
        self._met = [Met(urlsplit(url).hostname or "") for url in urls]
        self._client = httpx2.Client(timeout=timeout, follow_redirects=False)

    def __call__(self, imprint: bytes) -> bytes:
        """DER of a TimeStampToken over a SHA-256 imprint. Raises TimestampUnavailable."""
        for number in range(len(self._urls)):
            if token := self._try(number, imprint):
                return token
        raise TimestampUnavailable("; ".join(f"{one.host}: {one.why}" for one in self._met))

    @property
    def met(self) -> Sequence[Met]:
        """Each authority, in order, as it has answered since this object was made."""
        return tuple(self._met)

    def ask_each(self) -> None:
        """Asks all of them, to see who answers."""
        for number in range(len(self._urls)):
            self._try(number, secrets.token_bytes(32))

    def _try(self, number: int, imprint: bytes) -> bytes | None:
        try:
            token = self._ask(self._urls[number], imprint)
        except (httpx2.HTTPError, httpx2.InvalidURL, _BadAnswer) as error:
            met, why = self._met[number], str(error) or type(error).__name__
            # Ours say what is wrong; others may quote the URL, with the password in it
            told = why if isinstance(error, _BadAnswer) else type(error).__name__
            log.warning("timestamp authority %s failed: %s", met.host, told)
            self._met[number] = replace(met, bad_at=datetime.now(UTC), why=why)
            return None
        self._met[number] = replace(self._met[number], good_at=datetime.now(UTC))
        return token

    def close(self) -> None:
        self._client.close()

    def _ask(self, url: str, imprint: bytes) -> bytes:
        nonce = secrets.randbits(63)
        request = der.sequence(
            der.integer(1),
            der.sequence(_SHA256, der.octets(imprint)),
            der.integer(nonce),
            der.TRUE,  # with the authority's certificate, so that the token stands alone
        )
        headers = {
            "Content-Type": "application/timestamp-query",
            "Accept": "application/timestamp-reply",
        }
        with self._client.stream("POST", url, content=request, headers=headers) as response:
            if response.status_code != 200:
                raise _BadAnswer(f"status {response.status_code}")
            token, at = _token(_limited(response), imprint, nonce)
        self._check_time(at)
        return token

    def _check_time(self, at: datetime) -> None:
        apart = at - self._clock()
        if not -_BEHIND <= apart <= _AHEAD:
            raise _BadAnswer(
                f"its time is {apart.total_seconds():+.0f} s from this server's; set the clock"
            )


def _limited(response: httpx2.Response) -> bytes:
    body = b""
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > 2 * _LARGEST_TOKEN:
            raise _BadAnswer("the answer is too long")
    return body


def _token(body: bytes, imprint: bytes, nonce: int) -> tuple[bytes, datetime]:
    """The token of an answer and its time, if it is about this very request."""
    try:
        answer = tsp.TimeStampResp.load(body, strict=True)
        status = answer["status"]["status"].native
        if status not in _GRANTED:
            raise _BadAnswer(f"refused: {status}")
        token = answer["time_stamp_token"]
        info = token["content"]["encap_content_info"]["content"].parsed
        same_imprint = info["message_imprint"]["hashed_message"].native == imprint
        same_nonce = info["nonce"].native == nonce
        encoded: bytes = token.dump()
        at: datetime = info["gen_time"].native
    # asn1crypto raises several kinds for malformed input
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _BadAnswer("the answer is no timestamp") from error
    if not (same_imprint and same_nonce):
        raise _BadAnswer("the answer belongs to another request")
    if len(encoded) > _LARGEST_TOKEN:
        raise _BadAnswer("the token is too long")
    return encoded, at

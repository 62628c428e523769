"""A load generator that leaves the processor to the server: keep-alive connections, requests that
are bytes already, no parsing beyond the status and the length of an answer."""

import asyncio
import statistics
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import uvloop

# Requests that follow from each other: it is sent the body of each answer
Flow = Generator[bytes, bytes, None]
HEAD_END = b"\r\n\r\n"
WARM_UP = 0.2  # seconds that do not count


@dataclass
class Load:
    """What one run found. `sent` counts all requests, the rest those between the warm-up and the
    end."""

    seconds: float
    sent: int = 0
    latencies_ms: list[float] = field(default_factory=list)

    @property
    def per_s(self) -> float:
        return len(self.latencies_ms) / self.seconds

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.latencies_ms)

    @property
    def p99_ms(self) -> float:
        return statistics.quantiles(self.latencies_ms, n=100, method="inclusive")[98]


def run(
    port: int,
    requests: Iterator[bytes | Flow],
    *,
    concurrency: int,
    seconds: float,
) -> Load:
    """Sends `requests`, or flows of them that are measured as a whole, over `concurrency`
    connections to a loopback port for a while, each as soon as the answer before it has come.
    Raises when an answer's status isn't 200 or 201."""
    return uvloop.run(_run(port, requests, concurrency, seconds))


async def _run(
    port: int, requests: Iterator[bytes | Flow], concurrency: int, seconds: float
) -> Load:
    loop, load = asyncio.get_running_loop(), Load(seconds)
    counts_from = time.perf_counter() + WARM_UP
    ends_at = counts_from + seconds

    def answered(started: float, ended: float) -> None:
        load.sent += 1
        if counts_from <= ended <= ends_at:
            load.latencies_ms.append((ended - started) * 1000)

    connect = partial(_Connection, requests, answered, ends_at, loop)
    made = [await loop.create_connection(connect, "127.0.0.1", port) for _ in range(concurrency)]
    await asyncio.gather(*(connection.done for _, connection in made))
    return load


class _Connection(asyncio.Protocol):
    def __init__(
        self,
        requests: Iterator[bytes | Flow],
        answered: Callable[[float, float], None],
        ends_at: float,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._requests, self._answered, self._ends_at = requests, answered, ends_at
        self.done: asyncio.Future[None] = loop.create_future()
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(HEAD_END)
        if not found or len(body) < _length(head):
            return
        if not head.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 201 ")):
            self._fail(f"{head.decode()}\n{body.decode()}")
            return
        try:
            self._write(self._flow.send(body))
        except StopIteration:
            self._answered(self._started, time.perf_counter())
            self._send()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.done.done():
            self._fail("the server closed the connection")

    def _send(self) -> None:
        self._started = time.perf_counter()
        if self._started > self._ends_at:
            self.done.set_result(None)
            self._transport.close()
            return
        unit = next(self._requests)
        self._flow = _alone(unit) if isinstance(unit, bytes) else unit
        self._write(next(self._flow))

    def _write(self, request: bytes) -> None:
        self._received = b""
        self._transport.write(request)

    def _fail(self, reason: str) -> None:
        self.done.set_exception(RuntimeError(reason))
        self._transport.close()


def _alone(request: bytes) -> Flow:
    yield request


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError("an answer without a length")

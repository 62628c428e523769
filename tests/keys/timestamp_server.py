"""A timestamp authority on a loopback port, which can also misbehave."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import core, tsp

from countersign import der, pdf
from countersign.pdf import cms

TST_INFO = der.oid("1.2.840.113549.1.9.16.1.4")
Answer = Callable[[bytes], tuple[int, bytes]]


def good(signer: pdf.Signer, **changed: object) -> Answer:
    """Answers as RFC 3161 says, but for the `changed` entries of the TSTInfo."""

    def answer(body: bytes) -> tuple[int, bytes]:
        request = tsp.TimeStampReq.load(body, strict=True)
        info = {
            "version": "v1",
            "policy": "1.2.3.4",
            "message_imprint": request["message_imprint"],
            "serial_number": 7,
            "gen_time": datetime.now(UTC).replace(microsecond=0),
            "nonce": request["nonce"].native,
            **changed,
        }
        token = cms.Enclosing(signer, TST_INFO)(tsp.TSTInfo(info).dump())
        return 200, response("granted", token)

    return answer


def response(status: str, token: bytes = b"") -> bytes:
    return der.sequence(tsp.PKIStatusInfo({"status": status}).dump(), token)


def fixed(status: int, body: bytes) -> Answer:
    return lambda _: (status, body)


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[bytes]]]:
    """URL and the requests received so far."""
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            received.append(body)
            status, reply = answer(body)
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            with suppress(ConnectionError):  # who gives up on us does not wait for the answer
                self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            """Keeps the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def imprint_of(changed: bytes) -> tsp.MessageImprint:
    return tsp.MessageImprint(
        {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": core.OctetString(changed)}
    )

"""The head of a request has an end: uvicorn's fast parser alone would keep what never ends."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD = 64 << 10  # bytes; what arrives in one piece (up to 256 KB) may exceed it
TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"connection: close\r\ncontent-length: 0\r\n\r\n"
)


class BoundedHead(HttpToolsProtocol):
    """Answers 431 (RFC 6585, 5) to a head longer than `LONGEST_HEAD`, and hangs up."""

    _in_head = False
    _head = 0

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head = True, 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._in_head:
            return
        self._head += len(data)
        if self._head > LONGEST_HEAD and not self.transport.is_closing():
            self.transport.write(TOO_LONG)
            self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing to say: there are no web sockets here, and the request is answered as it is."""

"""SMS through a gateway that apprise knows: some thirty of them, each named by a URL."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from countersign.domain.delivery import Message, MessageStatus
from countersign.domain.errors import Unavailable

TO, ID = "{to}", "{id}"
EXAMPLE = "+4712345678"


class SmsGateway:
    """The `Mailer` port for SMS. `url` is apprise's, with `{to}` where the number belongs and, for
    a gateway that drops what it has sent before, `{id}` where the message's id does. Raises
    ValueError for one that can't be understood."""

    channels: Collection[str] = ("sms",)

    def __init__(self, url: str) -> None:
        if TO not in url:
            raise ValueError("the number's place in the address is written {to}")
        self._url = url
        # It writes numbers and texts into the log
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        if self._service(EXAMPLE, "1") is None:
            raise ValueError("not the address of a gateway that apprise knows")

    def send(self, message: Message) -> Message:
        """Accepted. Raises Unavailable: apprise does not say whether a refusal is for good."""
        service = self._service(message.recipient, message.id)
        if service is None or not service.notify(body=message.text, title=""):
            raise Unavailable("SMS gateway")
        return replace(message, status=MessageStatus.ACCEPTED, reply="taken by the gateway")

    def _service(self, number: str, id: str) -> Any:
        from apprise import Apprise  # brings a hundred services along: not for every command

        url = self._url.replace(TO, quote(number, safe="")).replace(ID, id)
        return Apprise.instantiate(url)

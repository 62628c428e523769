"""Messages by the way that they go: mail, SMS, or a call of a program."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from urllib.parse import quote

from countersign.adapters.outbound_http import (
    AddressRefused,
    CallFailed,
    NotUnderstood,
    OutboundHttp,
    SchemeRefused,
)
from countersign.domain.delivery import Message, MessageStatus
from countersign.domain.errors import Unavailable
from countersign.usecases.outside_ports import Mailer

USER_AGENT = "Countersign-Notifications/1"
NEVER = (AddressRefused, SchemeRefused, NotUnderstood)


class ByChannel:
    """The `Mailer` port over one for each channel."""

    def __init__(self, senders: Mapping[str, Mailer]) -> None:
        self._senders = senders

    @property
    def channels(self) -> Collection[str]:
        return self._senders.keys()

    def send(self, message: Message) -> Message:
        """A channel that was taken out of the settings is waited for."""
        sender = self._senders.get(message.channel)
        if sender is None:
            raise Unavailable(f"{message.channel} gateway")
        return sender.send(message)


class ProgramCaller:
    """Calls the address that a message goes to, with its text as the last query parameter. The
    `webhook-id` stays the same however often one message is sent. Nothing but 200 counts."""

    channels: Collection[str] = ("url",)

    def __init__(self, http: OutboundHttp) -> None:
        self._http = http

    def send(self, message: Message) -> Message:
        """Accepted, or refused where no call may go. Raises Unavailable, whose cause says what
        happened."""
        url = f"{message.recipient}&message={quote(message.text, safe='')}"
        headers = {"user-agent": USER_AGENT, "webhook-id": message.id}
        try:
            answer = self._http.call("GET", url, headers)
        except NEVER as refusal:
            return replace(message, status=MessageStatus.REFUSED, reply=str(refusal))
        except CallFailed as failure:
            raise Unavailable("program") from failure
        if answer.status != 200:
            raise Unavailable("program") from CallFailed(f"answered {answer.status}")
        return replace(message, status=MessageStatus.ACCEPTED, reply=str(answer.status))

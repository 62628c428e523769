"""This API has no webhooks: an order says itself whom to tell, and what (notices.py)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event, EventKind
from countersign.usecases.outside_ports import Call, Links
from countersign.usecases.ports import Clock

EVENTS: tuple[str, ...] = ()


class Webhooks:
    """The dialect's WebhookTranslator, which has no words for anything."""

    kinds: Collection[EventKind] = ()

    def __init__(self, _links: Links, _clock: Clock, _lifetime: timedelta) -> None:
        pass

    def calls(
        self,
        _event: Event,
        _envelope: Envelope,
        _endpoints: Sequence[WebhookEndpoint],
        _message: ChatMessage | None,
    ) -> Sequence[Call]:
        return ()

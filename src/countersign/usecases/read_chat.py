"""Somebody reads the chat of an envelope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.domain.chat import ChatMessage, check_may_read, may_write
from countersign.usecases.chat_author import Author, Who
from countersign.usecases.ports import Ports

PAGE = 100  # messages


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPage:
    """Messages oldest first, the number of all, and whether `reader` may answer at this moment."""

    reader: Author
    messages: Sequence[ChatMessage]
    total: int
    may_write: bool


def read_chat(who: Who, ports: Ports, offset: int = 0, limit: int = PAGE) -> ChatPage:
    """Up to `limit` messages after the first `offset`; also after the envelope's end.

    Raises what finding the reader raises, Forbidden("chat"), NotYourTurn, IdentityRequired.
    """
    with ports.unit_of_work() as uow:
        reader = who(uow)
        check_may_read(reader.envelope, reader.task)
        messages, total = uow.chat.page_of(reader.envelope.id, offset, limit)
    return ChatPage(
        reader=reader,
        messages=messages,
        total=total,
        may_write=may_write(reader.envelope, reader.task, ports.clock()),
    )

"""The chat of the signing page: what the people of an envelope and its sender write."""

from __future__ import annotations

from countersign.domain.chat import ChatMessage
from countersign.domain.evidence import timestamp
from countersign.httpkit import Idempotency
from countersign.pages.signing.schemas import (
    ChatAnswer,
    ChatAuthor,
    ChatInput,
    ChatItem,
    ChatQuery,
)
from countersign.usecases.chat_author import person
from countersign.usecases.ports import Ports, Repeatable
from countersign.usecases.post_chat_message import post_chat_message
from countersign.usecases.read_chat import read_chat


class Chat:
    """Handlers over the ports."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def messages(self, token: str, query: ChatQuery) -> ChatAnswer:
        """What was written, oldest first; also after the end."""
        task_id = self._ports.links.task_id(token)
        page = read_chat(person(task_id), self._ports, query.after, query.limit)
        return ChatAnswer(
            messages=[_item(message, task_id) for message in page.messages],
            total=page.total,
            may_write=page.may_write,
        )

    def write(self, token: str, body: ChatInput, idempotency: Idempotency | None) -> ChatItem:
        """Writes a message. The same request with the same `Idempotency-Key` writes it once."""
        task_id = self._ports.links.task_id(token)
        repeatable = _repeatable(task_id, idempotency) if idempotency else None
        message = post_chat_message(person(task_id), body.text, self._ports, repeatable)
        return _item(message, task_id)


def _repeatable(task_id: str, sent: Idempotency) -> Repeatable:
    """The link is the credential here."""
    return Repeatable(credential_id=task_id, key=sent.key, fingerprint=sent.fingerprint)


def _item(message: ChatMessage, reader: str) -> ChatItem:
    return ChatItem(
        id=message.id,
        number=message.number,
        author=ChatAuthor(
            type="participant" if message.task_id else "sender", name=message.author_name
        ),
        own=message.task_id == reader,
        text=message.text,
        at=timestamp(message.created_at),
    )

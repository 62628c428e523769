"""Somebody writes in the chat of an envelope."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from countersign.domain.chat import (
    WINDOW,
    ChatMessage,
    check_may_write,
    check_pace,
    clean_text,
)
from countersign.usecases.chat_author import Author, Who
from countersign.usecases.ports import Ports, Repeatable, UnitOfWork
from countersign.usecases.retrying import on_stale_state


def post_chat_message(
    who: Who, text: str, ports: Ports, repeatable: Repeatable | None = None
) -> ChatMessage:
    """Writes `text`, or returns what the same request wrote before.

    Raises what finding the author raises, Forbidden("chat") where there is no chat, NotYourTurn,
    IdentityRequired, Gone or AlreadyCompleted after the end, Invalid, TooManyTries,
    IdempotencyMismatch.
    """
    text = clean_text(text)
    return on_stale_state(lambda: _post(who, text, ports, repeatable))


def _post(who: Who, text: str, ports: Ports, repeatable: Repeatable | None) -> ChatMessage:
    with ports.unit_of_work() as uow:
        author = who(uow)
        # Two who write at once write one after the other
        uow.envelopes.hold(author.envelope.id)
        if repeatable and (earlier := uow.repeats.find(repeatable)):
            return uow.chat.get(earlier)
        message = _message(author, text, ports.clock(), uow)
        uow.chat.add(message)
        changed = replace(author.envelope, updated_at=message.created_at)
        uow.envelopes.save(changed, [message.event])
        if repeatable:
            uow.repeats.claim(repeatable, message.id, message.created_at)
        uow.commit()
    return message


def _message(author: Author, text: str, now: datetime, uow: UnitOfWork) -> ChatMessage:
    envelope = author.envelope
    check_may_write(envelope, author.task, now)
    check_pace(uow.chat.written(envelope.id, author.task_id, now - WINDOW))
    _, written = uow.chat.page_of(envelope.id, 0, 0)
    return ChatMessage(
        id=str(uuid4()),
        envelope_id=envelope.id,
        number=written + 1,
        task_id=author.task_id,
        author_name=author.name,
        text=text,
        created_at=now,
    )

"""The sandbox's mailbox: what people would have received, with what they would have clicked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from countersign.domain.delivery import Message
from countersign.usecases.ports import Ports

NEWEST = 200  # messages

_LINK = re.compile(r"https?://[^\s<>\"]+")
# One-time codes have six digits and end their line
_CODE = re.compile(r"^(?:.*:)?[ \t]*(\d{6})[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mail:
    """A message with the links in its text, each once, and its one-time code if there is one."""

    message: Message
    links: tuple[str, ...]
    code: str | None


def read_mailbox(recipient: str, ports: Ports) -> Sequence[Mail]:
    """The newest messages first, to `recipient` or, when that is empty, to everybody."""
    with ports.unit_of_work() as uow:
        return [_opened(message) for message in uow.messages.newest(NEWEST, recipient)]


def read_message(message_id: str, ports: Ports) -> Message:
    """Raises NotFound."""
    with ports.unit_of_work() as uow:
        return uow.messages.get(message_id)


def _opened(message: Message) -> Mail:
    links = (link.rstrip(".,;:!?)]") for link in _LINK.findall(message.text))
    code = _CODE.search(message.text)
    return Mail(message, tuple(dict.fromkeys(links)), code[1] if code else None)

"""What a sender wants somebody, or some program, to be told in his own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from countersign.domain.envelope import Envelope
from countersign.domain.events import EventKind

AT_ONCE = timedelta(0)


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    URL = "url"


class Slot(StrEnum):
    """A place in a text for what is not known, or not kept, before it is sent."""

    LINK = "link"  # to the task
    CODE = "code"  # that leads to it when it is typed in
    CODE_LINK = "code_link"  # that needs no typing


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Sent `delay` after `on` has happened to its task, its package or, without either, its
    envelope. `name` is what the sender calls it. The text's slots are filled when it is sent, and
    what fills them is never looked at for further slots. `sender` is whom a mail is answered to and
    whom an SMS names; to a URL the text goes as its last query parameter.

    `layout` has what a mail shows around the text: footer, button, link_text, logo_url.
    """

    id: str
    envelope_id: str
    name: str
    channel: Channel
    recipient: str
    text: tuple[str | Slot, ...]
    on: EventKind
    delay: timedelta = AT_ONCE
    task_id: str | None = None
    package_id: str | None = None
    subject: str = ""
    sender: str = ""
    layout: Mapping[str, str] = field(default_factory=dict)

    def is_about(self, kind: EventKind, task_id: str | None, package_id: str | None) -> bool:
        """Whether this is what it waits for. A task's notice does not mind in which package."""
        if self.on is not kind:
            return False
        if self.task_id is not None:
            return self.task_id == task_id
        return self.package_id is None or package_id in (None, self.package_id)

    def still_holds(self, envelope: Envelope) -> bool:
        """Whether, after the delay, a task that was to be done is still to be done; all else stays
        true."""
        passes = self.on in (EventKind.TASK_READY, EventKind.TASK_OPENED)
        if self.task_id is None or self.delay == AT_ONCE or not passes:
            return True
        return envelope.task(self.task_id).status.pending

    def filled(self, slots: Mapping[Slot, str]) -> str:
        return "".join(slots[part] if isinstance(part, Slot) else part for part in self.text)

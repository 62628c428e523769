"""Pure: whom an order wants to be told, as notices.

Placeholders are filled where they are known: an order's at once, a task's when the message is sent.
A message about a package has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from countersign.dialects.signicat_v1 import schemas
from countersign.dialects.signicat_v1.addresses import signing_query, with_query
from countersign.domain.events import EventKind
from countersign.domain.notice import AT_ONCE, Channel, Slot
from countersign.usecases.send_stored import SentNotice

CHANNELS = {"EMAIL": Channel.EMAIL, "SMS": Channel.SMS, "URL": Channel.URL}
TASK_TRIGGERS: Mapping[str, EventKind] = {
    "CREATED": EventKind.TASK_READY,  # whose turn has not come cannot do anything yet
    "STARTED": EventKind.TASK_OPENED,
    "COMPLETED": EventKind.TASK_COMPLETED,
    "REJECTED": EventKind.TASK_DECLINED,
    "EXPIRED": EventKind.TASK_EXPIRED,
    "FORWARDED": EventKind.TASK_FORWARDED,
}
PACKAGE_TRIGGERS: Mapping[str, EventKind] = {
    "CREATED": EventKind.ENVELOPE_SENT,
    "COMPLETED": EventKind.PACKAGE_MADE,
    "FAILED": EventKind.PACKAGE_FAILED,
}
TASK_URL = "${taskUrl}"
TASK_CODES: Mapping[str, Slot] = {
    "${signCode}": Slot.CODE,
    "${signCodeUrl}": Slot.CODE_LINK,
}
ORDER_ID, CLIENT_REFERENCE = "${orderId}", "${clientRef}"

Text = tuple[str | Slot, ...]
Words = Mapping[str, str | Slot | Text]  # by placeholder


class Notices:
    """Of one order, whose id is known before it is made."""

    def __init__(self, order: schemas.SigningOrder, order_id: str) -> None:
        self._order, self._order_id = order, order_id
        self._words: Words = {
            ORDER_ID: order_id,
            CLIENT_REFERENCE: order.clientReference or "",
        }
        self._layouts = _Layouts(order)

    def all(self, task_ids: Sequence[str]) -> Iterator[SentNotice]:
        """`task_ids` are those of the order's tasks, given or made."""
        for task, id in zip(self._order.tasks, task_ids, strict=True):
            for notification in task.notifications or ():
                yield from self._of_task(notification, id)
        for each in self._order.notifications or ():
            text = filled(each.message, self._words)
            yield self._notice(each, text, EventKind.ENVELOPE_ALL_SIGNED)
        for package in self._order.packagingTasks or ():
            for told in package.notifications or ():
                yield from self._of_package(told, package.id)

    def _of_task(
        self, notification: schemas.TaskNotification, task_id: str
    ) -> Iterator[SentNotice]:
        link = (Slot.LINK, signing_query(self._order_id, task_id))
        text = filled(notification.message, {**self._words, **TASK_CODES, TASK_URL: link})
        once = [schemas.TaskSchedule(triggerStatus="CREATED")]
        for moment in notification.schedule or once:
            yield self._notice(
                notification,
                text,
                TASK_TRIGGERS[moment.triggerStatus],
                delay=_delay(moment.delay),
                task=task_id,
            )

    def _of_package(
        self, notification: schemas.PackagingTaskNotification, package_id: str
    ) -> Iterator[SentNotice]:
        once = [schemas.PackagingSchedule(triggerStatus="COMPLETED")]
        for moment in notification.schedule or once:
            on = PACKAGE_TRIGGERS[moment.triggerStatus]
            yield self._notice(notification, (notification.message,), on, package=package_id)

    def _notice(
        self,
        notification: schemas.Notification,
        text: Text,
        on: EventKind,
        *,
        delay: timedelta = AT_ONCE,
        task: str | None = None,
        package: str | None = None,
    ) -> SentNotice:
        about = {"taskId": task} if task else {"packagingTaskId": package} if package else {}
        return SentNotice(
            key=notification.id,
            channel=CHANNELS[notification.type],
            recipient=self._recipient(notification, about),
            text=text,
            on=on,
            delay=delay,
            task=task,
            package=package,
            subject=notification.header or "",
            sender=notification.sender or "",
            layout=self._layouts.of(notification),
        )

    def _recipient(
        self, notification: schemas.Notification, about: Mapping[str, str | None]
    ) -> str:
        if notification.type != "URL":
            return notification.recipient
        return with_query(notification.recipient, {"requestId": self._order_id, **about})


class _Layouts:
    """An entry of the templates' parameters is for the notification with its id; one whose id no
    notification has is for all that have no entry of their own."""

    def __init__(self, order: schemas.SigningOrder) -> None:
        given = order.notificationTemplateParams or ()
        self._own = {each.id: _layout(each) for each in given if each.id is not None}
        known = {id for id in _ids(order)}
        rest = [_layout(each) for each in given if each.id not in known]
        self._usual: Mapping[str, str] = rest[0] if rest else {}

    def of(self, notification: schemas.Notification) -> Mapping[str, str]:
        if notification.type != "EMAIL":
            return {}
        return self._own.get(notification.id, self._usual)


def _ids(order: schemas.SigningOrder) -> Iterator[str]:
    holders = (*order.tasks, *(order.packagingTasks or ()), order)
    for holder in holders:
        yield from (notification.id for notification in holder.notifications or ())


def _layout(given: schemas.TemplateParams) -> dict[str, str]:
    words = {
        "footer": given.footer,
        "button": given.button,
        "link_text": given.linkText,
        "logo_url": given.logoUrl,
    }
    return {name: word for name, word in words.items() if word}


def _delay(given: schemas.Delay | None) -> timedelta:
    if given is None:
        return AT_ONCE
    return timedelta(minutes=given.minutes or 0, hours=given.hours or 0, days=given.days or 0)


def filled(message: str, words: Words) -> Text:
    """In one go, so that nothing that was filled in is taken for a placeholder itself."""
    known = "|".join(map(re.escape, words))
    parts: list[str | Slot] = []
    for part in re.split(f"({known})", message):
        word = words.get(part, part)
        parts += word if isinstance(word, tuple) else (word,)
    return tuple(part for part in parts if part)

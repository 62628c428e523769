"""What people receive: invitation, reminder, final copy, withdrawal, one-time code; each a letter
of words in one layout, or the same words as a short text for phones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from countersign.adapters.letterhead import Letterhead, letterhead
from countersign.adapters.mail import one_line
from countersign.adapters.sms_text import fitted
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.events import EventKind
from countersign.domain.task import Action, Task
from countersign.languages import Catalogues, format_day, text_direction
from countersign.usecases.outside_ports import Letters

TEXTS = Catalogues(Path(__file__).with_name("mail_texts"))

Written = tuple[str, str, str]


def _(message: str) -> str:
    """Marks a message for translation; it is translated when a letter is written."""
    return message


PERSONAL = _(
    "This link is yours alone: whoever has it can act in your name. Please do not pass it on."
)


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one letter; `{sender}` and `{name}` are filled in. Without a `button` it
    leads nowhere; `note` is what the reader should know."""

    subject: str
    opening: str
    button: str = ""
    note: str = PERSONAL

    @property
    def asks(self) -> bool:
        """Whether the reader is to act."""
        return self.note == PERSONAL


INVITATIONS = {
    Action.SIGN: Words(
        _("{sender} asks you to sign {name}"),
        _("{sender} asks you to read and sign:"),
        _("Read and sign"),
    ),
    Action.REVIEW: Words(
        _("{sender} asks you to review {name}"),
        _("{sender} asks you to review:"),
        _("Review"),
    ),
    Action.VIEW: Words(
        _("{sender} sends you {name} to read"),
        _("{sender} sends you to read:"),
        _("Read"),
    ),
    Action.UPLOAD: Words(
        _("{sender} asks you for a file: {name}"),
        _("{sender} asks you for a file:"),
        _("Upload"),
    ),
}
REMINDERS = {
    Action.SIGN: Words(
        _("Reminder: {name} is waiting for your signature"),
        _("{sender} is still waiting for your signature:"),
        _("Read and sign"),
    ),
    Action.REVIEW: Words(
        _("Reminder: {name} is waiting for your review"),
        _("{sender} is still waiting for your review:"),
        _("Review"),
    ),
    Action.VIEW: Words(
        _("Reminder: {name} is waiting to be read by you"),
        _("{sender} is still waiting for you to read:"),
        _("Read"),
    ),
    Action.UPLOAD: Words(
        _("Reminder: {name} is waiting for your file"),
        _("{sender} is still waiting for your file:"),
        _("Upload"),
    ),
}
FINAL_COPY = Words(
    _("Signed by everybody: {name}"),
    _("Everybody has signed. Your copy is ready:"),
    _("Open the signed copy"),
    _("Keep this file: the signatures in it can be checked at any time."),
)
CANCELLED = Words(
    _("No longer needed: {name}"),
    _("{sender} has withdrawn this. There is nothing left for you to do:"),
    note="",
)
DECLINED = Words(
    _("No longer needed: {name}"),
    _("Somebody declined, so this has ended. There is nothing left for you to do:"),
    note="",
)
CODE = Words(
    _("Your code for {name}"),
    _("Enter this code on the page that asks for it:"),
    note=_("The code is good for 10 minutes. Tell it to nobody, whoever asks."),
)
ENDINGS = {
    EventKind.ENVELOPE_COMPLETED: FINAL_COPY.subject,
    EventKind.TASK_DECLINED: _("Declined: {name}"),
    EventKind.ENVELOPE_EXPIRED: _("Expired: {name}"),
}
GREETING = _("Hello {person},")
GREETING_WITHOUT_NAME = _("Hello,")
DEADLINE = _("Please answer by {day}.")
NEW_MESSAGES = Words(
    _("New message about {name}"),
    _("There is a new message for you about:"),
    _("Read and answer"),
    PERSONAL,
)
ADDRESS = _("If the button does not work, copy this address into your browser:")
LAYOUT = ("footer", "button", "link_text", "logo_url")
FOOTER = _("Sent by {platform} for {sender}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What the templates show; every text is in the recipient's language."""

    language: str
    direction: str
    subject: str
    greeting: str
    opening: str
    message: tuple[str, ...]
    code: str
    title: str
    files: tuple[str, ...]
    deadline: str
    button: str
    link: str
    note: str
    address: str
    footer: str
    head: Letterhead


class MailInvitations:
    """The `Invitations` port. The name in `mail_from` is how this server calls itself, `public_url`
    where people reach it."""

    def __init__(self, mail_from: str, public_url: str = "") -> None:
        name, address = parseaddr(mail_from)
        self._platform = name or address
        self._short = ShortTexts(self._platform, urlsplit(public_url).hostname or "")

    def by(self, channel: str) -> Letters:
        """Mail, or the texts of SMS."""
        return self._short if channel == "sms" else self

    def invitation(self, envelope: Envelope, task: Task, link: str) -> Written:
        """Subject, text, HTML."""
        return self._write(INVITATIONS[_main_action(task)], envelope, task, link)

    def reminder(self, envelope: Envelope, task: Task, link: str) -> Written:
        """Subject, text, HTML."""
        return self._write(REMINDERS[_main_action(task)], envelope, task, link)

    def final_copy(self, envelope: Envelope, task: Task, link: str) -> Written:
        """Subject, text, HTML."""
        return self._write(FINAL_COPY, envelope, task, link)

    def withdrawal(self, envelope: Envelope, task: Task, link: str) -> Written:
        """Subject, text, HTML."""
        was_declined = envelope.status is EnvelopeStatus.DECLINED
        return self._write(DECLINED if was_declined else CANCELLED, envelope, task, link)

    def new_messages(self, envelope: Envelope, task: Task, link: str) -> Written:
        """Subject, text, HTML."""
        return self._write(NEW_MESSAGES, envelope, task, link)

    def ending(self, envelope: Envelope, ends: EventKind, language: str) -> tuple[str, str]:
        """Subject and text."""
        say = TEXTS.texts(TEXTS.choose([language])).gettext
        told = say(ENDINGS[ends]).format(name=one_line(envelope.name))
        footer = self._footer(say(FOOTER), one_line(envelope.known_sender), envelope)
        return told, f"{say(GREETING_WITHOUT_NAME)}\n\n{told}\n\n{footer}\n"

    def own_words(
        self, envelope: Envelope, language: str, link: str, text: str, layout: Mapping[str, str]
    ) -> str:
        """HTML; `layout` is that of a Notice."""
        if not any(layout.values()):
            return ""
        language = TEXTS.choose([language])
        return (
            _templates()
            .get_template("own_words.html")
            .render(
                language=language,
                direction=text_direction(language),
                paragraphs=[part.split("\n") for part in text.split("\n\n")],
                layout={name: layout.get(name, "") for name in LAYOUT},
                link=link,
                head=letterhead(envelope),
            )
        )

    def code(self, envelope: Envelope, task: Task, code: str) -> Written:
        """Subject, text, HTML."""
        return self._write(CODE, envelope, task, "", code)

    def _write(
        self, words: Words, envelope: Envelope, task: Task, link: str, code: str = ""
    ) -> Written:
        return write_letter(self._letter(words, envelope, task, link, code))

    def _letter(self, words: Words, envelope: Envelope, task: Task, link: str, code: str) -> Letter:
        language = TEXTS.choose([task.language])
        say = TEXTS.texts(language).gettext
        name, own_name = one_line(envelope.name), one_line(envelope.known_sender)
        sender = own_name or self._platform
        due = task.due_at or envelope.due_at if words.asks else None
        person = one_line(task.person.name)
        return Letter(
            language=language,
            direction=text_direction(language),
            subject=say(words.subject).format(sender=sender, name=name),
            greeting=say(GREETING).format(person=person) if person else say(GREETING_WITHOUT_NAME),
            opening=say(words.opening).format(sender=sender),
            message=tuple(task.message.splitlines()) if words.asks else (),
            code=code,
            title=name,
            files=_file_names(envelope, task),
            deadline=say(DEADLINE).format(day=format_day(due, language)) if due else "",
            button=_said(say, words.button),
            link=link,
            note=_said(say, words.note),
            address=say(ADDRESS),
            footer=self._footer(say(FOOTER), own_name, envelope),
            head=letterhead(envelope),
        )

    def _footer(self, text: str, sender: str, envelope: Envelope) -> str:
        settings = envelope.settings
        if settings.branding.company_name and not settings.send_invitations:
            return sender  # white label: even a one-time code names nobody else
        return text.format(platform=self._platform, sender=sender) if sender else self._platform


class ShortTexts:
    """The `Letters` port for SMS: the sender's name, what it is about, a link. `host` is that of
    the pages, which browsers compare before they offer a code to be filled in."""

    def __init__(self, platform: str, host: str) -> None:
        self._platform, self._host = platform, host

    def invitation(self, envelope: Envelope, task: Task, link: str) -> Written:
        """The text, between an empty subject and no HTML, as all below."""
        words = INVITATIONS[_main_action(task)]
        return self._write(words.subject, envelope, task, link, asks=True)

    def reminder(self, envelope: Envelope, task: Task, link: str) -> Written:
        opening = REMINDERS[_main_action(task)].opening
        return self._write(opening, envelope, task, link, asks=True)

    def final_copy(self, envelope: Envelope, task: Task, link: str) -> Written:
        return self._write(FINAL_COPY.subject, envelope, task, link)

    def withdrawal(self, envelope: Envelope, task: Task, _link: str) -> Written:
        was_declined = envelope.status is EnvelopeStatus.DECLINED
        return self._write((DECLINED if was_declined else CANCELLED).opening, envelope, task)

    def new_messages(self, envelope: Envelope, task: Task, link: str) -> Written:
        return self._write(NEW_MESSAGES.subject, envelope, task, link)

    def code(self, envelope: Envelope, task: Task, code: str) -> Written:
        """The last line is that of the draft "Origin-bound one-time codes delivered via SMS"."""
        say = TEXTS.texts(TEXTS.choose([task.language])).gettext
        bound = f"\n@{self._host} #{code}" if self._host else ""
        return self._write(CODE.subject, envelope, task, f"{say(CODE.note)}\n{bound}", code=code)

    def _write(
        self,
        words: str,
        envelope: Envelope,
        task: Task,
        below: str = "",
        *,
        code: str = "",
        asks: bool = False,
    ) -> Written:
        language = TEXTS.choose([task.language])
        say = TEXTS.texts(language).gettext
        due = task.due_at or envelope.due_at if asks else None
        until = say(DEADLINE).format(day=format_day(due, language)) if due else ""
        name = one_line(envelope.name)
        sender = one_line(envelope.known_sender) or self._platform

        def text(cut: Callable[[str], str]) -> str:
            line = _named(say(words), cut(sender), cut(name))
            return "\n".join(filter(None, (f"{line}: {code}" if code else line, until, below)))

        return "", fitted(text).strip(), ""


def _named(words: str, sender: str, name: str) -> str:
    """Both names stand in it, wherever the words have places for them."""
    line = words.format(sender=sender, name=name)
    if "{name}" not in words:
        line = f"{line} {name}"
    return line if "{sender}" in words else f"{sender}: {line}"


def write_letter(letter: Letter) -> Written:
    """Subject, text, HTML."""
    templates = _templates()
    text = templates.get_template("letter.txt").render(letter=letter)
    return letter.subject, text, templates.get_template("letter.html").render(letter=letter)


def _said(say: Callable[[str], str], text: str) -> str:
    """Gettext has an answer of its own to an empty text."""
    return say(text) if text else ""


def _main_action(task: Task) -> Action:
    """What a letter speaks of when somebody has different things to do: the weightiest."""
    return next(action for action in INVITATIONS if action in task.actions.values())


def _file_names(envelope: Envelope, task: Task) -> tuple[str, ...]:
    """The documents of a task, unless there is one that is called like the envelope."""
    names = tuple(document.name for document in envelope.documents if document.id in task.actions)
    return () if [_stem(name) for name in names] == [_stem(envelope.name)] else names


def _stem(name: str) -> str:
    return name.removesuffix(".pdf").strip().lower()


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("countersign.adapters", "mail_templates"),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

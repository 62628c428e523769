"""The language of what we write into documents, and its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from pathlib import Path

from countersign import pdf
from countersign.domain.eids import EID_NAMES
from countersign.domain.signing_service import service_of
from countersign.domain.task import Task
from countersign.languages import SOURCE_LANGUAGE, Catalogues

TEXTS = Catalogues(Path(__file__).with_name("texts"))


def _(message: str) -> str:
    """Marks a message for translation; it is translated when a document is written."""
    return message


METHODS = {
    "drawn": _("Drawn signature"),
    "typed": _("Typed name"),
    "click": _("Confirmed on the signing page"),
    "bankid_se": _("Swedish BankID"),
    "bankid_no": _("BankID (Norway)"),
    "nbid": _("BankID (Norway)"),
    "sbid": _("BankID (Sweden)"),
}
IDENTITIES = {
    "email_code": _("One-time code by e-mail"),
    "sms_code": _("One-time code by SMS"),
    "artifact": _("Ticket from the sender"),
    "cpr": _("CPR number, typed in"),
}
BY_LINK = _("Personal signing link")
OWN_KEY = _("Own certificate ({service})")


def language_for(tasks: Iterable[Task]) -> str:
    """The one language that these people are written to in; English when there are several."""
    wished = {TEXTS.choose([task.language]) for task in tasks if task.language}
    return wished.pop() if len(wished) == 1 else SOURCE_LANGUAGE


@cache
def page_words(language: str) -> pdf.Words:
    """The words of the pages that are added to documents."""
    if language == SOURCE_LANGUAGE:
        return pdf.ENGLISH
    say = TEXTS.texts(language).gettext
    english = {word.name: getattr(pdf.ENGLISH, word.name) for word in fields(pdf.Words)}
    translated = {name: say(text) for name, text in english.items()}
    return pdf.Words(**{**translated, "language": language})


def identity_name(method: str, language: str) -> str:
    """What people call a way to prove who one is."""
    return _named(METHODS.get(method) or IDENTITIES.get(method), method, language)


def method_name(method: str, language: str) -> str:
    """What people call a way to sign."""
    return identity_name(method, language)


def _named(known: str | None, method: str, language: str) -> str:
    say = TEXTS.texts(language).gettext
    if service := service_of(method):
        return say(OWN_KEY).format(service=service)
    return say(known) if known else EID_NAMES.get(method, method)


def by_link(language: str) -> str:
    """What is said of somebody who proved nothing but to have the link."""
    return TEXTS.texts(language).gettext(BY_LINK)

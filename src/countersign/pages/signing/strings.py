"""The texts that the signing page's script shows, under the names the script knows them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from gettext import NullTranslations

from countersign.pages import i18n


def _(message: str) -> str:
    """Marks a message for translation; it is translated when the page is rendered."""
    return message


BROWSER_STRINGS = {
    "start": _("Start"),
    "continue": _("Continue"),
    "go_to_signature": _("Go to signature"),
    "next_field": _("Next field"),
    "confirm_code": _("Confirm the code"),
    "code_sent": _("A code is on its way to {place}."),
    "code_sent_plain": _("A code is on its way to you."),
    "code_empty": _("Please enter the code."),
    "position": _("Field {number} of {total}"),
    "sign_here": _("Sign here"),
    "initials": _("Initials"),
    "stamp": _("Stamp"),
    "date_of_signing": _("Date of signing"),
    "signature": _("Signature"),
    "required": _("Please fill in this field."),
    "check_required": _("Please tick this box."),
    "signature_missing_drawn": _("Please draw your signature in the box."),
    "signature_missing_typed": _("Please type your name."),
    "signature_missing_uploaded": _("Please choose an image of your signature."),
    "signature_placed": _("Your signature is in its place in the document."),
    "signature_cleared": _("Your signature has been removed."),
    "not_an_image": _("This file is not an image we can read. PNG and JPEG work."),
    "consent_missing": _("Please tick the box to agree."),
    "signing": _("Signing…"),
    "retrying": _("No answer yet. Trying again…"),
    "unreachable": _(
        "We cannot reach the server. Nothing is lost: check your connection and try again."
    ),
    "try_again": _("Try again"),
    "done": _("Signed"),
    "to_confirmation": _("I have read it"),
    "saving": _("Saving…"),
    "read": _("Read"),
    "complete": _("Everybody has signed: the document is complete."),
    "leaving": _("You will be taken to {place} in a few seconds."),
    "page_failed": _("This page could not be loaded."),
    "zoomed": _("Zoom {percent} %"),
}


NOTICE_STRINGS = {
    "your_turn": _("It is your turn now."),
    "complete": BROWSER_STRINGS["complete"],
}


def browser_strings(texts: NullTranslations, strings: Mapping[str, str]) -> dict[str, str]:
    """Every one of the `strings` in one language."""
    return {name: texts.gettext(message) for name, message in strings.items()}


CONSENT: Mapping[str, str] = {
    "sign": _("I have read the document and sign it electronically."),
    "review": _("I have read and reviewed the document."),
    "view": _("I have read the document."),
    "upload": _("I have read the document."),
}


def main_action(actions: Iterable[str]) -> str:
    """What a task is called that has different actions on its documents: the weightiest."""
    asked = set(actions)
    return next((action for action in CONSENT if action in asked), "view")


def consent_text(language: str, action: str) -> str:
    """The sentence beside the box that is ticked, exactly as the page shows it."""
    return i18n.translations(language).gettext(CONSENT[action])

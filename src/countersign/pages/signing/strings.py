"""The texts that the signing page's script shows, under the names the script knows them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from gettext import NullTranslations

from countersign.domain.eids import eid_name
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
    "code_wrong": _("This is not the code. Please look again."),
    "code_expired": _("This code is too old. Please ask for a new one."),
    "code_missing": _("Please ask for a code first."),
    "code_too_soon": _("A code was sent a moment ago. Enter it, or wait a minute for a new one."),
    "too_many_tries": _("Too many tries. Wait a minute, then ask for a new code."),
    "number_empty": _("Please enter your CPR number."),
    "number_wrong": _("This is no CPR number. Please look again."),
    "number_of_somebody_else": _("This is not the number of the person who is asked to sign."),
    "number_too_often": _("Too many tries. Please wait an hour."),
    "eid_scan": _("Scan the code with {method} on your phone."),
    "eid_app": _("Follow the instructions in {method}."),
    "eid_new_tab": _(
        "{method} opens in a new tab. Come back here afterwards: this page goes on by itself."
    ),
    "eid_away": _("{method} does not answer at the moment. Nothing is lost: please try again."),
    "eid_cancelled": _("The identification was broken off."),
    "eid_too_late": _("It took too long. Please try again."),
    "eid_unusable": _("Your {method} cannot be used: it may be blocked or no longer valid."),
    "eid_somebody_else": _("This {method} belongs to somebody else. Please use your own."),
    "eid_failed": _("The identification did not work. Please try again."),
    "key_refused": _("Nothing was signed. Please try again."),
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
    "refused": _("This did not work. Check what you entered and try again."),
    "done": _("Signed"),
    "to_confirmation": _("I have read it"),
    "saving": _("Saving…"),
    "sent": _("Sent"),
    "uploading": _("Uploading…"),
    "uploaded": _("Your file has arrived."),
    "file_unusable": _("This file cannot be read. PDF, JPEG and PNG work."),
    "file_locked": _("This PDF is protected with a password. Please choose one without."),
    "file_large": _("This file is too large."),
    "file_missing": _("Please choose a file."),
    "read_to_end": _("Please read this document to its end."),
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


CHAT_STRINGS = {
    "messages": _("Messages"),
    "unread": _("Messages, {number} new"),
    "new_message": _("New message from {name}"),
    "you": _("You"),
    "empty": _("Please write something first."),
    "sending": _("Sending…"),
    "not_sent": _(
        "Your message was not sent. It is still here: check your connection and try again."
    ),
    "not_loaded": _("New messages cannot be loaded at the moment."),
    "too_many": _("That was many messages at once. Please wait a minute."),
}


def browser_strings(texts: NullTranslations, strings: Mapping[str, str]) -> dict[str, str]:
    """Every one of the `strings` in one language."""
    return {name: texts.gettext(message) for name, message in strings.items()}


CONSENT: Mapping[str, str] = {
    "sign": _("I have read the document and sign it electronically."),
    "review": _("I have read and reviewed the document."),
    "view": _("I have read the document."),
    "upload": _("This is the file that I was asked for."),
}


# Ways to prove who one is that are no eIDs, as people choose among them
WAYS: Mapping[str, str] = {
    "email_code": _("Code by e-mail"),
    "sms_code": _("Code by SMS"),
    "cpr": _("CPR number"),
}


# Names of eIDs that have a country's name in them; all others are the same everywhere
OF_COUNTRIES = (_("BankID (Norway)"), _("BankID (Sweden)"))


def way_text(language: str, method: str) -> str:
    """What people call a way to prove who they are."""
    text = WAYS.get(method, eid_name(method))
    is_ours = method in WAYS or text in OF_COUNTRIES
    return i18n.translations(language).gettext(text) if is_ours else text


def main_action(actions: Iterable[str]) -> str:
    """What a task is called that has different actions on its documents: the weightiest."""
    asked = set(actions)
    return next((action for action in CONSENT if action in asked), "view")


EID_TEXT = _("I confirm that it is me who signs “{name}” from {sender}.")


def eid_text(language: str, name: str, sender: str) -> str:
    """What an eID's app shows, and has signed with the eID."""
    return i18n.translations(language).gettext(EID_TEXT).format(name=name, sender=sender)


def whole_consent(language: str, action: str, own: str, entries: Iterable[str]) -> str:
    """What stands beside the box that is ticked, exactly as the page shows it: the sender's `own`
    words or the page's, then a line for each of the `entries`."""
    opening = own or i18n.translations(language).gettext(CONSENT[action])
    return "\n".join((opening, *entries))

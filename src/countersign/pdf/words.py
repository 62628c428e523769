"""The words that we print on added pages, and their English."""

from dataclasses import dataclass


def _(message: str) -> str:
    """Marks a message for translation; the caller brings other languages."""
    return message


@dataclass(frozen=True)
class Words:
    """All words of one document's added pages, in the language with the BCP 47 tag `language`.

    Labels share a line with their value and are shrunk when they are longer than a few words.
    """

    language: str = "en"
    evidence_title: str = _("Signatures and evidence")
    signatures_title: str = _("Signatures")
    footnote: str = _(
        "Each signature listed here is a digital signature (PAdES) inside this file."
        " A PDF reader's signature panel shows and checks it."
    )
    placed: str = _("Signature on page {number}")
    document: str = _("Document")
    envelope: str = _("Envelope")
    email: str = _("E-mail")
    phone: str = _("Phone")
    identified: str = _("Identified by")
    method: str = _("Method")
    time: str = _("Signed at")
    ip: str = _("IP address")
    consent: str = _("Consent")

    def label(self, key: str, value: str) -> str:
        """What stands before the `value` of the evidence field `key`; nothing before a name."""
        if key == "contact":
            return self.email if "@" in value else self.phone
        return "" if key == "name" else str(getattr(self, key))


ENGLISH = Words()

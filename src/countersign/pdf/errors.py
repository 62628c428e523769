"""What `pdf` raises. Errors of pyHanko, pikepdf and Pillow never leave this package."""


class PdfError(Exception):
    """Root of all errors of this package."""


class UnusablePdf(PdfError):
    """The upload cannot be signed, and why.

    `code` is one of empty, not_pdf, broken, encrypted, no_pages, xfa_only, too_many_pages,
    already_signed; `message` one English sentence for a log or a developer.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)  # both, so that it survives the way between processes
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class FormRefused(PdfError):
    """A form does not take what it was to be filled with: `fields` maps names to the reasons."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(fields)
        self.fields = fields


class BadLayout(PdfError):
    """A field lies outside its page or the document, or two fields share a name."""


class UnusableImage(PdfError):
    """The signature image is no image, or too large to be opened safely."""


class BadAct(PdfError):
    """An act names a slot or a field that the layout does not have."""


class NoRoom(PdfError):
    """A signature or timestamp token came out larger than the room reserved for it."""


class StaleAct(PdfError):
    """The file has changed since an act was prepared: it has to be prepared again."""


class BadSignature(PdfError):
    """A signature value that was made elsewhere does not belong to the certificate."""

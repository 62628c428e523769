"""What `xades` raises. Errors of lxml, expat and cryptography never leave this package."""


class XadesError(Exception):
    """Root of all errors of this package."""


class UnusableText(XadesError):
    """The upload cannot be signed as a text, and why.

    `code` is one of empty, too_large, too_many_lines, not_utf8, not_text, broken_xml, dtd;
    `message` one English sentence for a log or a developer.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)  # both, so that it survives the way between processes
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message

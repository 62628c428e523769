"""What `docx` raises. Errors of zipfile, zlib and lxml never leave this package."""


class UnusableDocx(Exception):
    """The file cannot be used as a DOCX, and why.

    `code` is one of not_docx, broken, encrypted, macros, too_large; `message` one English sentence
    for a log or a developer.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)  # both, so that it survives the way between processes
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message

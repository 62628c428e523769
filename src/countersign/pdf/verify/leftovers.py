"""What a file holds besides signatures that were checked and revisions that were compared."""

from collections.abc import Iterator

from countersign.pdf.verify.reader import Reader

_END = b"%%EOF"
_NOTHING = b"\0\t\n\f\r \x1a"


def unexplained(reader: Reader, data: bytes) -> Iterator[str]:
    """Problems, in words: bytes that belong to no revision, signatures of which nothing is said."""
    if data[_end(reader, data) :].strip(_NOTHING):
        yield "something follows the end of the file"
    for field in reader.unknown_signatures():
        yield f"the signature in {field} is of a kind that cannot be checked here"


def _end(reader: Reader, data: bytes) -> int:
    """Behind the last revision; that of a linearised file does not end where its table does."""
    tables = map(reader.xrefs.get_xref_container_info, range(reader.xrefs.total_revisions))
    ends = [data.find(_END, table.end_location) for table in tables]
    return max(ends) + len(_END)

"""An account signs files that it stored, in its own name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from countersign.domain.account import Caller
from countersign.domain.document import PDF
from countersign.domain.errors import Invalid, NotFound
from countersign.domain.stored_file import StoredFile, StoredFileKind
from countersign.usecases.keep_results import SIGNED_TEXT
from countersign.usecases.ports import Ports
from countersign.usecases.sign_as_merchant import MerchantDocument, sign_as_merchant


@dataclass(frozen=True, slots=True, kw_only=True)
class SignStored:
    """`files` are ids of stored files, `vendor` the name of the account's key."""

    caller: Caller
    vendor: str
    files: tuple[str, ...]


Check = Callable[[Sequence[StoredFile]], None]


def sign_stored(
    command: SignStored, ports: Ports, check: Check = lambda _files: None
) -> list[tuple[StoredFile, StoredFile]]:
    """Each file with its result, in the order given; all of them or none. `check` may refuse them.
    Raises Invalid (`files[n]` says which is not there) and what `sign_as_merchant` raises."""
    files = _files(command, ports)
    check(files)
    documents = [
        MerchantDocument(data=b"".join(ports.files.stream(file.parts)), media_type=file.media_type)
        for file in files
    ]
    signed = sign_as_merchant(command.caller.account.id, command.vendor, documents, ports)
    results = [_result(file, data, ports) for file, data in zip(files, signed, strict=True)]
    with ports.unit_of_work() as uow:
        for result in results:
            uow.stored_files.add(result)
        uow.commit()
    return list(zip(files, results, strict=True))


def _files(command: SignStored, ports: Ports) -> list[StoredFile]:
    found: list[StoredFile] = []
    wrong: dict[str, str] = {}
    with ports.unit_of_work() as uow:
        for number, id in enumerate(command.files):
            try:
                found.append(uow.stored_files.get(command.caller.account.id, id))
            except NotFound:
                wrong[f"files[{number}]"] = "no such document"
    if wrong:
        raise Invalid("a document can't be signed", wrong)
    return found


def _result(file: StoredFile, data: bytes, ports: Ports) -> StoredFile:
    content = ports.files.put(data)
    return StoredFile(
        id=str(uuid4()),
        account_id=file.account_id,
        kind=StoredFileKind.RESULT,
        media_type=PDF if file.media_type == PDF else SIGNED_TEXT,
        parts=(content,),
        sha256=content.sha256,
        created_at=ports.clock(),
        filename=file.filename,
        title=file.title,
    )
